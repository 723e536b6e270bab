import { spawnSync } from 'node:child_process';
import { hostScript, rootFolder } from '../paths';

/** Breaks everything on purpose in processes of its own: `drill [--seed S] [--faults N] …`. */
export async function drill(args: string[]): Promise<number> {
  return spawnSync(process.execPath, [hostScript('drill'), ...args], { stdio: 'inherit', cwd: rootFolder }).status ?? 1;
}
