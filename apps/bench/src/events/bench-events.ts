import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { newId } from '@libs/foundation';
import { LinkSigner, SecretBox } from '@libs/platform';
import { packRef } from '@modules/campaigns';
import { ReportAddress } from '@modules/channels';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../../../libs/platform/src/embedded';
import { freePort, migrate, newDatabase } from '../database';
import { type BenchProcess, startProcess } from '../processes';
import { type BenchRow, compare } from '../report';
import { type Ask, askAll } from './load';

const rounds = 5;
const recipients = 10_000;
const target = 'https://example.com/offers?a=1';
const dataDir = join(process.cwd(), '.cache', 'bench-pg');

type Kind = 'o' | 'c' | 'r';
type Run = { requests: number; round: number };

const names: Record<Kind, string> = { o: 'opens/s', c: 'clicks/s', r: 'receipts/s' };
const reportsKey = 'signing-key';

interface Stage {
  api: BenchProcess;
  bare: BenchProcess;
  apiUrl: string;
  client: Client;
  executionId: string;
  signer: LinkSigner;
  reportPath: string;
}

/** Opens, clicks and receipts through the true routes against a bare route that inserts a row; `customers` is requests per run. */
export async function benchEvents({ customers: requests }: { customers: number }): Promise<BenchRow[]> {
  const server = process.env.BENCH_DATABASE_URL ? null : await startEmbeddedPostgres({ dataDir });
  const stage = await setStage(process.env.BENCH_DATABASE_URL ?? server?.url ?? '');
  try {
    return [
      await measure(stage, 'o', requests),
      await measure(stage, 'c', requests),
      await measure(stage, 'r', requests),
    ];
  } finally {
    await stage.api.stop();
    await stage.bare.stop();
    await stage.client.end();
    await server?.stop();
  }
}

async function measure(stage: Stage, kind: Kind, requests: number): Promise<BenchRow> {
  const [ours, bare]: [number[], number[]] = [[], []];
  const expected = kind === 'c' ? 302 : 200;
  for (let round = 0; round <= rounds; round += 1) {
    const asks = { ours: ourAsks(stage, kind, { requests, round }), bare: bareAsks(stage, kind, { requests, round }) };
    const rates = {
      ours: await counted(stage, kind === 'r' ? 'receipt_intake' : 'engagement_intake', requests, () =>
        askAll(stage.apiUrl, asks.ours, expected),
      ),
      bare: await counted(stage, kind === 'r' ? 'bare_receipt' : 'bare_event', requests, () =>
        askAll(String(stage.bare.said.url), asks.bare, expected),
      ),
    };
    // The first round only warms both sides up.
    if (round > 0) ours.push(rates.ours);
    if (round > 0) bare.push(rates.bare);
  }
  return compare({ name: names[kind], ours: median(ours), bare: median(bare), bar: 0.6, must: 'reach' });
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

function ourAsks({ executionId, signer, reportPath }: Stage, kind: Kind, { requests, round }: Run): Ask[] {
  const lastDay = new Date(Date.now() + 86_400_000);
  const bound = kind === 'c' ? target : kind;
  return Array.from({ length: requests }, (_each, index) => {
    const seq = (index % recipients) + 1;
    if (kind === 'r') return { path: reportPath, body: webhook(`${executionId}.${index}.${round}`) };
    const token = signer.sign(packRef({ executionId, seq, medium: 'EMAIL' }), { lastDay, bound });
    return { path: kind === 'c' ? `/t/c/${token}?to=${encodeURIComponent(target)}` : `/t/o/${token}` };
  });
}

function bareAsks({ executionId }: Stage, kind: Kind, { requests, round }: Run): Ask[] {
  return Array.from({ length: requests }, (_each, index) =>
    kind === 'r'
      ? { path: '/r', body: webhook(`${executionId}.${index}.${round}`) }
      : { path: `/${kind}/${executionId}/${(index % recipients) + 1}` },
  );
}

/** What Mailgun posts when a mail was delivered; the bare side gets the same and checks nothing. */
function webhook(messageId: string): string {
  const [timestamp, token] = ['1790000000', 'a'.repeat(50)];
  const signature = createHmac('sha256', reportsKey)
    .update(timestamp + token)
    .digest('hex');
  const message = {
    headers: { 'message-id': `${messageId}@example.com`, to: 'kim@example.com', from: 'shop@example.com' },
  };
  const delivery = { code: 250, message: 'OK', 'attempt-no': 1, 'mx-host': 'mx.example.com', tls: true };
  return JSON.stringify({
    signature: { timestamp, token, signature },
    'event-data': {
      ...{ event: 'delivered', id: messageId, timestamp: 1_790_000_000.5, recipient: 'kim@example.com', message },
      'delivery-status': delivery,
    },
  });
}

/** An account whose provider reports by webhook. @returns the path of its report address. */
async function addAccount(client: Client, keys: string): Promise<string> {
  const id = newId();
  await client.query(
    `INSERT INTO provider_account (id, project_id, provider, medium, serves, name, settings, sealed_secrets, secret_hints, is_default)
     VALUES ($1, (SELECT id FROM project LIMIT 1), 'smtp', 'EMAIL', 'EMAIL', 'Bench', '{"host": "mail.example.com", "reports": "MAILGUN"}',
       $2, '{}', false)`,
    [id, new SecretBox(keys).seal(JSON.stringify({ reportsKey }), id)],
  );
  const address = new ReportAddress(new LinkSigner(keys), { PUBLIC_URL: 'http://localhost' } as never).of(id);
  return new URL(address).pathname;
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
  const reportPath = await addAccount(client, keys);
  return { api, bare, apiUrl, client, executionId, signer: new LinkSigner(keys), reportPath };
}

function median(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
