import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { rootFolder } from '../paths';

/** Prints the GraphQL schema into apps/api/schema.graphql, or with `--check` says whether that file is fresh. */
export async function schema(args: string[]): Promise<number> {
  const script = join(rootFolder, 'dist', 'apps', 'api', 'src', 'print-schema.js');
  return spawnSync(process.execPath, [script, ...args], { stdio: 'inherit', cwd: rootFolder }).status ?? 1;
}
