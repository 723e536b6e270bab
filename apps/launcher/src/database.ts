import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../../libs/platform/src/embedded';
import { LauncherError } from './errors';
import { cacheFolder, dataFolder, rootFolder } from './paths';
import type { Progress } from './progress';

/** A PostgreSQL to work on, ours or a given one. */
export interface Database {
  url: string;
  close(): Promise<void>;
}

/** The given PostgreSQL, or the embedded one with the data of this installation. */
export async function openDatabase(databaseUrl: string | null, progress: Progress): Promise<Database> {
  if (databaseUrl) return { url: databaseUrl, close: async () => undefined };
  return progress.step('PostgreSQL', async () => {
    const server = await startEmbeddedPostgres({ dataDir: join(dataFolder, 'postgres') });
    return { url: server.url, close: () => server.stop() };
  });
}

/** A PostgreSQL for throw-away databases of the development commands. */
export async function openScratchServer(databaseUrl: string | null): Promise<Database> {
  if (databaseUrl) return { url: databaseUrl, close: async () => undefined };
  const dataDir = join(cacheFolder, 'migration-pg');
  const server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off', shared_buffers: '64MB' } });
  return { url: server.url, close: () => server.stop() };
}

/**
 * Applies the migrations that the database has not had.
 * @returns their names.
 */
export async function runMigrations(databaseUrl: string): Promise<string[]> {
  if (await isUpToDate(databaseUrl)) return [];
  // Loaded only when needed: the ORM takes longer to load than a finished database takes to check.
  const { applyMigrations } = await import('@libs/platform');
  const { migrations } = await import('../../../migrations/index.js');
  return applyMigrations(databaseUrl, migrations);
}

/** Whether every migration was applied. @throws {LauncherError} when the database does not answer. */
export async function isUpToDate(databaseUrl: string): Promise<boolean> {
  const client = new Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect().catch((error: Error) => {
    throw new LauncherError(`The database does not answer (DATABASE_URL): ${error.message}`);
  });
  try {
    const table = await client.query<{ name: string | null }>(`SELECT to_regclass('migrations')::text AS name`);
    if (!table.rows[0]?.name) return false;
    const { rows } = await client.query<{ timestamp: string }>('SELECT timestamp::text FROM migrations');
    const applied = new Set(rows.map(({ timestamp }) => timestamp));
    return migrationTimestamps().every((timestamp) => applied.has(timestamp));
  } finally {
    await client.end();
  }
}

function migrationTimestamps(): string[] {
  const names = readdirSync(join(rootFolder, 'dist', 'migrations'));
  return names.flatMap((name) => /^(\d{13})-.*\.js$/.exec(name)?.[1] ?? []);
}
