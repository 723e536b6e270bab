import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';

/** A program of the house running as a process of its own. */
export interface BenchProcess {
  /** Fields of its `ready` message and of every message after it, the latest ones. */
  said: Record<string, unknown>;
  /** Most memory it ever held, in MiB; 0 where the system does not tell. */
  peakRssMiB(): number;
  stop(): Promise<void>;
}

const dist = join(__dirname, '..', '..', '..');
const heapMiB = 512;
let profiles: string | null = null;

/** From now on each process writes a CPU profile into the folder when it ends; such runs are slower. */
export function profileInto(folder: string): void {
  profiles = folder;
}

/**
 * Starts `dist/apps/<script>` with a fixed heap limit and resolves when it is ready; `niceness` as of `nice`.
 * @throws with its last words.
 */
export async function startProcess(script: string, env: Record<string, string>, niceness = 0): Promise<BenchProcess> {
  const child = fork(join(dist, 'apps', script), {
    env: { PATH: process.env.PATH, ...env },
    execArgv: [`--max-old-space-size=${heapMiB}`, ...profiling(script)],
    silent: true,
  });
  if (niceness > 0 && child.pid !== undefined) setPriority(child.pid, niceness);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (part: Buffer) => {
      output = (output + part.toString()).slice(-4000);
    });
  }
  const said: Record<string, unknown> = {};
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message: { type: string }) => {
      Object.assign(said, message);
      if (message.type === 'ready') resolve();
    });
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}:\n${output}`)));
  });
  return { said, peakRssMiB: () => peakOf(child), stop: () => stop(child) };
}

function profiling(script: string): string[] {
  if (profiles === null) return [];
  const name = `${script.split('/')[0]}-${Date.now()}.cpuprofile`;
  return ['--cpu-prof', '--cpu-prof-interval=2000', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${name}`];
}

function peakOf(child: ChildProcess): number {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
