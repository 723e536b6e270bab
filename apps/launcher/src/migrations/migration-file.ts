import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { rootFolder } from '../paths';
import type { Drift } from './drift';

/** Writes a new migration; returns its path inside the repository. */
export function writeMigrationFile(what: string, drift: Drift, now = Date.now()): string {
  const path = join(rootFolder, 'migrations', `${now}-${what}.ts`);
  writeFileSync(path, migrationSource(what, drift, now), { flag: 'wx' });
  return relative(rootFolder, path);
}

/** The text of a migration class that runs the statements. */
export function migrationSource(what: string, { up, down }: Drift, now: number): string {
  const name = what
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return `import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ${name}${now} implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
${statements(up)}
  }

  async down(runner: QueryRunner): Promise<void> {
${statements(down)}
  }
}
`;
}

function statements(queries: string[]): string {
  return queries.map((query) => `    await runner.query(\`${escapeTemplate(query)}\`);`).join('\n');
}

function escapeTemplate(query: string): string {
  return query.replace(/[\\`]|\$\{/g, '\\$&');
}
