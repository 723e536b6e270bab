import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { migratedTemplate } from './template';

/** A migrated database of a test file's own. */
export interface TestDatabase {
  url: string;
  query<T = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<T[]>;
  drop(): Promise<void>;
}

/** Creates a database on the run's server with every migration and points DATABASE_URL at it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = process.env.TEST_DATABASE_URL;
  if (!adminUrl)
    throw new Error('TEST_DATABASE_URL is not set: run through jest, whose global set-up starts the server');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runOnce(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${await migratedTemplate(adminUrl)} STRATEGY file_copy`);
  const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).toString();
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  process.env.DATABASE_URL = url;
  return {
    url,
    query: async <T>(sql: string, parameters: unknown[] = []) => (await client.query(sql, parameters)).rows as T[],
    drop: async () => {
      await client.end();
      await runOnce(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function runOnce(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
