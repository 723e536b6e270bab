import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { ServerFiles } from './cluster';
import { EmbeddedServerError } from './errors';
import { commandLine, isAlive, waitUntil } from './processes';

/** A server that its own pid file tells of. */
export interface RunningServer {
  pid: number;
  port: number;
}

const fastStopMs = 20_000;
const immediateStopMs = 5_000;

/**
 * The living server of this cluster, or null. A pid file left behind is PostgreSQL's to judge and replace, except when
 * its number now belongs to another program, which PostgreSQL would take for a living server: then it is removed.
 */
export function findRunning({ cluster }: ServerFiles): RunningServer | null {
  const path = join(cluster, 'postmaster.pid');
  const lines = readLines(path);
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return null;
  if (commandLine(pid).includes(`-D ${cluster} `)) return { pid, port: Number(lines[3]) };
  rmSync(path, { force: true });
  return null;
}

/** The administration address of the server. */
export function serverUrl(port: number, password: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
}

/** Whether a server of exactly this cluster answers at the address. */
export async function answers(url: string, cluster: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return rows[0]?.data_directory === cluster;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Stops the server: fast (open transactions are rolled back), and when that takes too long, at once. */
export async function stopServer(pid: number): Promise<void> {
  for (const [signal, limitMs] of [
    ['SIGINT', fastStopMs],
    ['SIGQUIT', immediateStopMs],
  ] as const) {
    if (!isAlive(pid)) return;
    process.kill(pid, signal);
    if (await waitUntil(() => !isAlive(pid), limitMs)) return;
  }
  throw new EmbeddedServerError(
    'START_FAILED',
    `The embedded PostgreSQL (process ${pid}) does not stop: end it by hand`,
  );
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}
