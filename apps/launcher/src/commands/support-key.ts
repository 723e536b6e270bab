import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { openDatabase, runMigrations } from '../database';
import { rootFolder, secretsFolder } from '../paths';
import { Progress } from '../progress';
import { SecretFiles } from '../secrets';
import { readSettings } from '../settings';

/** Prints a key for support, of the project whose id is given or of the first one. It is shown this once. */
export async function supportKey([projectId]: string[]): Promise<number> {
  const database = await openDatabase(readSettings().databaseUrl, new Progress());
  try {
    await runMigrations(database.url);
    const script = join(rootFolder, 'dist', 'apps', 'api', 'src', 'support-key.js');
    const ENCRYPTION_KEYS = process.env.ENCRYPTION_KEYS || new SecretFiles(secretsFolder).encryptionKeys();
    const env = { ...process.env, DATABASE_URL: database.url, ENCRYPTION_KEYS };
    const args = projectId ? [script, projectId] : [script];
    return spawnSync(process.execPath, args, { stdio: 'inherit', cwd: rootFolder, env }).status ?? 1;
  } finally {
    await database.close();
  }
}
