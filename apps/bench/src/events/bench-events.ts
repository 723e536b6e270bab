import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { newId } from '@libs/foundation';
import { LinkSigner } from '@libs/platform';
import { packRef } from '@modules/campaigns';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../../../libs/platform/src/embedded';
import { freePort, migrate, newDatabase } from '../database';
import { type BenchProcess, startProcess } from '../processes';
import { type BenchRow, compare } from '../report';
import { askAll } from './load';

const rounds = 5;
const recipients = 10_000;
const target = 'https://example.com/offers?a=1';
const dataDir = join(process.cwd(), '.cache', 'bench-pg');

interface Stage {
  api: BenchProcess;
  bare: BenchProcess;
  apiUrl: string;
  client: Client;
  executionId: string;
  signer: LinkSigner;
}

/** Opens and clicks through the true routes against a bare route that inserts a row; `customers` is requests per run. */
export async function benchEvents({ customers: requests }: { customers: number }): Promise<BenchRow[]> {
  const server = process.env.BENCH_DATABASE_URL ? null : await startEmbeddedPostgres({ dataDir });
  const stage = await setStage(process.env.BENCH_DATABASE_URL ?? server?.url ?? '');
  try {
    return [await measure(stage, 'o', requests), await measure(stage, 'c', requests)];
  } finally {
    await stage.api.stop();
    await stage.bare.stop();
    await stage.client.end();
    await server?.stop();
  }
}

async function measure(stage: Stage, kind: 'o' | 'c', requests: number): Promise<BenchRow> {
  const [ours, bare]: [number[], number[]] = [[], []];
  const expected = kind === 'c' ? 302 : 200;
  for (let round = 0; round <= rounds; round += 1) {
    const rates = {
      ours: await counted(stage, 'engagement_intake', requests, () =>
        askAll(stage.apiUrl, ourPaths(stage, kind, requests), expected),
      ),
      bare: await counted(stage, 'bare_event', requests, () =>
        askAll(String(stage.bare.said.url), barePaths(stage, kind, requests), expected),
      ),
    };
    // The first round only warms both sides up.
    if (round > 0) ours.push(rates.ours);
    if (round > 0) bare.push(rates.bare);
  }
  const name = kind === 'c' ? 'clicks/s' : 'opens/s';
  return compare({ name, ours: median(ours), bare: median(bare), bar: 0.6, must: 'reach' });
}

/** Runs and checks that every request left its row. */
async function counted(stage: Stage, table: string, requests: number, run: () => Promise<number>): Promise<number> {
  const count = async (): Promise<number> =>
    Number((await stage.client.query<{ count: string }>(`SELECT count(*) FROM ${table}`)).rows[0]?.count);
  const before = await count();
  const rate = await run();
  const written = (await count()) - before;
  if (written !== requests) throw new Error(`${table} has ${written} new rows after ${requests} requests`);
  return rate;
}

function ourPaths({ executionId, signer }: Stage, kind: 'o' | 'c', requests: number): string[] {
  const lastDay = new Date(Date.now() + 86_400_000);
  const bound = kind === 'c' ? target : kind;
  return Array.from({ length: requests }, (_each, index) => {
    const token = signer.sign(packRef({ executionId, seq: (index % recipients) + 1, medium: 'EMAIL' }), {
      lastDay,
      bound,
    });
    return kind === 'c' ? `/t/c/${token}?to=${encodeURIComponent(target)}` : `/t/o/${token}`;
  });
}

function barePaths({ executionId }: Stage, kind: string, requests: number): string[] {
  return Array.from({ length: requests }, (_each, index) => `/${kind}/${executionId}/${(index % recipients) + 1}`);
}

async function setStage(serverUrl: string): Promise<Stage> {
  const databaseUrl = await newDatabase(serverUrl);
  await migrate(databaseUrl);
  const keys = `k1:${randomBytes(32).toString('base64')}`;
  const port = await freePort();
  const apiUrl = `http://127.0.0.1:${port}`;
  const env = {
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEYS: keys,
    PORT: String(port),
    PUBLIC_URL: apiUrl,
    LOG_LEVEL: 'error',
  };
  const api = await startProcess('api/src/main.js', env);
  const bare = await startProcess('bench/src/events/bare-intake.js', { DATABASE_URL: databaseUrl });
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const executionId = newId();
  await client.query('SELECT ensure_ledger_partitions(now())');
  await client.query(
    `INSERT INTO recipient (execution_id, seq, project_id, reading, row_no, customer_id, optimove_template_id, due_at)
     SELECT $1, n, (SELECT id FROM project LIMIT 1), 1, n, 'C' || n, '1', now() FROM generate_series(1, $2) AS n`,
    [executionId, recipients],
  );
  return { api, bare, apiUrl, client, executionId, signer: new LinkSigner(keys) };
}

function median(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
