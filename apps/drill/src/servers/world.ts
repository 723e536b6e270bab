import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Backend } from '../plan/fault';
import { workerCount } from '../plan/make-plan';
import { Observer } from './database';
import type { Parts } from './parts';
import { DrillPostgres } from './postgres';
import { DrillProcess } from './process';
import { DrillRedis } from './redis';

/** Everything of a drill, each part a process of its own. */
export interface World {
  postgres: DrillPostgres;
  redis: DrillRedis | null;
  api: DrillProcess;
  workers: DrillProcess[];
  sandbox: DrillProcess;
  sink: DrillProcess;
  observer: Observer;
  apiUrl: string;
  sandboxUrl: string;
  sinkUrl: string;
  /** File in which the sink keeps what it was given. */
  sinkLog: string;
  /** Folder with the logs of every process; stays when the drill failed. */
  folder: string;
}

const sweepSeconds = '3';
const missedSeconds = '4';

/** A folder in .cache for a world of this process. */
export function worldFolder(): string {
  const folder = join(process.cwd(), '.cache', `drill-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Starts PostgreSQL, Redis where it is chosen, the sink, the sandbox and the api as parts; the workers are the caller's
 * to start.
 */
export async function startWorld(parts: Parts, backend: Backend, folder: string): Promise<World> {
  const data = join(folder, 'pg');
  parts.add({ stop: async () => rmSync(data, { recursive: true, force: true }) });
  const postgres = await parts.start(() => DrillPostgres.start(data));
  parts.add({ stop: async () => postgres.keepLog(join(folder, 'postgres.log')) });
  const databaseUrl = await postgres.createDatabase('drill');
  await migrate(databaseUrl);
  const redisPort = await freePort();
  const redis = backend === 'redis' ? await parts.start(() => DrillRedis.start(redisPort, folder)) : null;
  const [apiPort, sandboxPort] = [await freePort(), await freePort()];
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const sinkLog = join(folder, 'sink.tsv');
  const env = hostEnv({ databaseUrl, redisUrl: redis?.url ?? null, apiUrl, apiPort, spool: join(folder, 'spool') });
  const make = (name: string, script: string, own: Record<string, string>): DrillProcess =>
    parts.add(new DrillProcess({ name, script, env: own, logs: folder }));
  const sink = make('sink', 'drill/src/sink/main.js', { SINK_LOG: sinkLog });
  const sandbox = make('sandbox', 'sandbox/src/main.js', { SANDBOX_PORT: String(sandboxPort) });
  const api = make('api', 'api/src/main.js', env);
  const workers = Array.from({ length: workerCount }, (_, index) =>
    make(`worker-${index + 1}`, 'worker/src/main.js', env),
  );
  const observer = new Observer(databaseUrl);
  parts.add({ stop: () => observer.close() });
  for (const each of [sink, sandbox, api]) await each.start();
  return {
    postgres,
    redis,
    api,
    workers,
    sandbox,
    sink,
    observer,
    apiUrl,
    sandboxUrl: `http://127.0.0.1:${sandboxPort}`,
    sinkUrl: `http://127.0.0.1:${sink.said.port}`,
    sinkLog,
    folder,
  };
}

function hostEnv(to: {
  databaseUrl: string;
  redisUrl: string | null;
  apiUrl: string;
  apiPort: number;
  spool: string;
}): Record<string, string> {
  return {
    DATABASE_URL: to.databaseUrl,
    DATABASE_POOL: '10',
    ...(to.redisUrl ? { REDIS_URL: to.redisUrl } : {}),
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    OUTBOUND_ALLOW_PRIVATE: '1',
    PORT: String(to.apiPort),
    PUBLIC_URL: to.apiUrl,
    LOG_LEVEL: 'warn',
    SWEEP_SECONDS: sweepSeconds,
    MISSED_CALLBACK_SECONDS: missedSeconds,
    TRIGGERED_PER_PERSON_PER_HOUR: '1000',
    CALLBACK_SPOOL_FOLDER: to.spool,
  };
}

async function migrate(databaseUrl: string): Promise<void> {
  const { applyMigrations } = await import('@libs/platform');
  const { migrations } = await import('../../../../migrations/index.js');
  await applyMigrations(databaseUrl, migrations);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
