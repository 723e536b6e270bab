import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A host as a process of its own, as in production. */
export interface TestHost {
  process: ChildProcess;
  /** Messages it sent to its launcher, by type. */
  messages: Record<string, Record<string, unknown>>;
  /** Asks it to stop and waits. */
  stop(): Promise<void>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
}

const lastWords = 4_000;

/** Starts `dist/apps/<name>` and resolves when it says that it is ready. @throws with its last words when it ends first. */
export async function startHost(name: 'api' | 'worker', env: Record<string, string>): Promise<TestHost> {
  const script = join(__dirname, '..', '..', 'dist', 'apps', name, 'src', 'main.js');
  const child = fork(script, { env: { PATH: process.env.PATH, ...env }, silent: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (part: Buffer) => {
      output = (output + part.toString()).slice(-lastWords);
    });
  }
  const messages: TestHost['messages'] = {};
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (message: { type: string }) => {
      messages[message.type] = message as unknown as Record<string, unknown>;
      if (message.type === 'ready') resolve();
    });
    child.once('exit', (code) => reject(new Error(`The ${name} ended with ${code}:\n${output}`)));
  });
  await ready;
  const onEnd = (code: number | null): void => {
    process.stderr.write(`The ${name} ended with ${code}, unasked:\n${output}`);
  };
  child.once('exit', onEnd);
  const endBy = (signal: NodeJS.Signals): Promise<void> => {
    child.off('exit', onEnd);
    return end(child, signal);
  };
  return { process: child, messages, stop: () => endBy('SIGTERM'), kill: () => endBy('SIGKILL') };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
