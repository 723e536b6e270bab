import { openDatabase, openScratchServer, runMigrations } from '../database';
import { LauncherError } from '../errors';
import { Progress } from '../progress';
import { readSettings } from '../settings';

const usage = 'npm run migration:run | migration:revert | migration:check | migration:generate -- <what>';

/** `run` and `revert` work on the database of this installation; `check` and `generate` on a throw-away one. */
export async function migration([action, ...args]: string[]): Promise<number> {
  if (action === 'run' || action === 'revert') return changeDatabase(action);
  if (action === 'check') return reportDrift();
  if (action === 'generate') return writeMigration(args[0]);
  throw new LauncherError(usage);
}

async function changeDatabase(action: 'run' | 'revert'): Promise<number> {
  const progress = new Progress();
  const database = await openDatabase(readSettings().databaseUrl, progress);
  try {
    if (action === 'run') {
      const applied = await progress.step('Migrations', () => runMigrations(database.url));
      progress.line(applied.length > 0 ? `Applied:\n  ${applied.join('\n  ')}` : 'Nothing to apply');
    } else {
      const { revertMigration } = await import('@libs/platform');
      const { migrations } = await import('../../../../migrations/index.js');
      await progress.step('The newest migration taken back', () => revertMigration(database.url, migrations));
    }
    return 0;
  } finally {
    await database.close();
  }
}

async function reportDrift(): Promise<number> {
  const { up } = await findDrift();
  if (up.length === 0) {
    console.log('The migrations make exactly what the entities describe.');
    return 0;
  }
  console.error(`The entities need more than the migrations make:\n  ${up.join('\n  ')}`);
  return 1;
}

async function writeMigration(what: string | undefined): Promise<number> {
  if (!what || !/^[a-z][a-z0-9-]*$/.test(what)) {
    throw new LauncherError('npm run migration:generate -- <what>, in small letters, digits and hyphens');
  }
  const drift = await findDrift();
  if (drift.up.length === 0) {
    console.log('Nothing to generate: the migrations make exactly what the entities describe.');
    return 0;
  }
  const { writeMigrationFile } = await import('../migrations/migration-file.js');
  console.log(`Wrote ${writeMigrationFile(what, drift)}: read it before you commit it`);
  return 0;
}

async function findDrift(): Promise<{ up: string[]; down: string[] }> {
  const server = await openScratchServer(readSettings().databaseUrl);
  try {
    const { compareWithEntities } = await import('../migrations/drift.js');
    return await compareWithEntities(server.url);
  } finally {
    await server.close();
  }
}
