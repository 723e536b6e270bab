import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const launcher = join(__dirname, '..', '..', 'dist', 'apps', 'launcher', 'src', 'main.js');

/** What a command left. */
export interface CommandEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command of the launcher, as `npm run <name>` does, to its end. */
export async function runCommand(args: string[], env: Record<string, string>): Promise<CommandEnd> {
  const child = spawn(process.execPath, [launcher, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await exited) as [number | null];
  return { code, stdout, stderr };
}
