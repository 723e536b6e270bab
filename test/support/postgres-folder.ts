import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** The name of the folder of data for tests with the embedded programs, or with those in a folder: each build has its own. */
export function postgresFolder(binFolder?: string): string {
  if (!binFolder) return 'test-pg';
  const version = execFileSync(join(binFolder, 'postgres'), ['--version'], { encoding: 'utf8' });
  const build = createHash('sha256').update(`${binFolder} ${version}`).digest('hex').slice(0, 8);
  return `test-pg-${build}`;
}
