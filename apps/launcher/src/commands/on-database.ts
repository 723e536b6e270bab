import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isUpToDate, openDatabase, runMigrations } from '../database';
import { LauncherError } from '../errors';
import { rootFolder, secretsFolder } from '../paths';
import { Progress } from '../progress';
import { SecretFiles } from '../secrets';
import { readSettings } from '../settings';

/** Prints a key of an administrator, of the project whose id is given or of the first one. It is shown this once. */
export const adminKey = (args: string[]): Promise<number> => onDatabase('print-key', ['ADMIN', ...args.slice(0, 1)]);

/** Prints a key for support, of the project whose id is given or of the first one. It is shown this once. */
export const supportKey = (args: string[]): Promise<number> =>
  onDatabase('print-key', ['SUPPORT', ...args.slice(0, 1)]);

/** Seals what is stored encrypted with the first of ENCRYPTION_KEYS. */
export const rotateKeys = (): Promise<number> => onDatabase('rotate-keys', []);

const behind =
  'The database is not of this version: stop everything and run npm run migration:run first (docs/servers.md, Upgrade)';

/** Runs a script of the api with the database and the encryption keys of this installation. @returns its exit code. */
async function onDatabase(name: string, args: string[]): Promise<number> {
  const given = readSettings().databaseUrl;
  const database = await openDatabase(given, new Progress());
  try {
    // Nothing else runs on the embedded one; on another, processes of an older version may be at work.
    if (!given) await runMigrations(database.url);
    else if (!(await isUpToDate(given))) throw new LauncherError(behind);
    const script = join(rootFolder, 'dist', 'apps', 'api', 'src', `${name}.js`);
    const ENCRYPTION_KEYS = process.env.ENCRYPTION_KEYS || new SecretFiles(secretsFolder).encryptionKeys();
    const env = { ...process.env, DATABASE_URL: database.url, ENCRYPTION_KEYS };
    return spawnSync(process.execPath, [script, ...args], { stdio: 'inherit', cwd: rootFolder, env }).status ?? 1;
  } finally {
    await database.close();
  }
}
