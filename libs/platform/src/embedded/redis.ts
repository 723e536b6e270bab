import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { EmbeddedServerError } from './errors';
import { freePort } from './ports';

/** A private Redis that ends with this process. */
export interface EmbeddedRedis {
  /** redis://:…@127.0.0.1:port */
  url: string;
  port: number;
  stop(): Promise<void>;
}

const readyWithinMs = 10_000;

/**
 * Starts a private, memory-only Redis from the `redis-server` or `valkey-server` on the path, on a free port of
 * 127.0.0.1 with a random password; null when there is none. Meant for tests.
 */
export async function startEmbeddedRedis({ dir }: { dir: string }): Promise<EmbeddedRedis | null> {
  const program = findOnPath(['redis-server', 'valkey-server']);
  if (!program) return null;
  mkdirSync(dir, { recursive: true });
  const port = await freePort();
  const password = randomBytes(24).toString('base64url');
  const child = spawn(program, ['-'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  // Settings go in by the pipe: the command line is for everybody to read.
  child.stdin.end(configuration({ port, password, dir: resolve(dir) }));
  await untilReady(child);
  const stop = async (): Promise<void> => {
    process.off('exit', endWithUs);
    await endChild(child);
  };
  return { url: `redis://:${password}@127.0.0.1:${port}`, port, stop };
}

function configuration({ port, password, dir }: { port: number; password: string; dir: string }): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir "${dir}"`,
    'save ""',
    'appendonly no',
    'maxmemory-policy noeviction',
    'daemonize no',
    '',
  ].join('\n');
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (reason: string): void => {
      child.kill('SIGKILL');
      reject(new EmbeddedServerError('START_FAILED', `Redis did not start (${reason}):\n${output.slice(-1000)}`));
    };
    const timer = setTimeout(() => fail('too slow'), readyWithinMs);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`exit code ${code}`));
    child.stdout?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4000);
      if (!output.includes('Ready to accept connections')) return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      child.stdout?.removeAllListeners('data').resume();
      resolve();
    });
  });
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(timer);
}

function findOnPath(names: string[]): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
