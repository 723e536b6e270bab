import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../../../libs/platform/src/embedded';
import { freePort, migrate, newDatabase } from '../database';
import { type BenchProcess, startProcess } from '../processes';
import type { BenchRow } from '../report';
import { load } from './loading';
import { addDevicesAndEvents, attributes } from './people';

const dataDir = join(process.cwd(), '.cache', 'bench-pg');

/** Loading of profiles against COPY, segments against SQL written by hand, a page filtered against the page fetched. */
export async function benchSegments({ customers: count }: { customers: number }): Promise<BenchRow[]> {
  const server = process.env.BENCH_DATABASE_URL ? null : await startEmbeddedPostgres({ dataDir });
  const databaseUrl = await newDatabase(process.env.BENCH_DATABASE_URL ?? server?.url ?? '');
  await migrate(databaseUrl);
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { api, env } = await startApi(databaseUrl);
    const projectId = await define(client);
    const loaded = await load({ client, api, apiUrl: env.PUBLIC_URL, count }).finally(() => api.stop());
    await addDevicesAndEvents(client, projectId);
    Object.assign(process.env, env);
    // The platform reads its settings when it is loaded.
    const { measureSegments } = await import('./measure-segments.js');
    return [...loaded, ...(await measureSegments(client, projectId))];
  } finally {
    await client.end();
    await server?.stop();
  }
}

async function startApi(
  databaseUrl: string,
): Promise<{ api: BenchProcess; env: Record<string, string> & { PUBLIC_URL: string } }> {
  const port = await freePort();
  const env = {
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    LOG_LEVEL: 'error',
  };
  return { api: await startProcess('api/src/main.js', env), env };
}

async function define(client: Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>('SELECT id FROM project');
  const projectId = rows[0]?.id ?? '';
  await client.query(
    `INSERT INTO attribute_definition (id, project_id, name, type, target)
     SELECT gen_random_uuid(), $1, a.name, a.type, 'PROFILE' FROM unnest($2::text[], $3::text[]) AS a(name, type)`,
    [projectId, attributes.map(({ name }) => name), attributes.map(({ type }) => type)],
  );
  return projectId;
}
