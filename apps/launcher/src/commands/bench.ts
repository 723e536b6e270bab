import { spawnSync } from 'node:child_process';
import { hostScript, rootFolder } from '../paths';

/** Runs a bench in a process of its own: `bench`, `bench NAME [--json FILE]`. */
export async function bench(args: string[]): Promise<number> {
  return spawnSync(process.execPath, [hostScript('bench'), ...args], { stdio: 'inherit', cwd: rootFolder }).status ?? 1;
}
