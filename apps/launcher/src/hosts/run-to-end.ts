import { spawn } from 'node:child_process';
import { hostScript, rootFolder } from '../paths';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs a program that ends by itself, and passes on whoever asks it to stop. @returns its exit code. */
export function runToEnd(name: string, args: string[]): Promise<number> {
  const child = spawn(process.execPath, [hostScript(name), ...args], { stdio: 'inherit', cwd: rootFolder });
  const passers = signals.map((signal) => [signal, () => void child.kill(signal)] as const);
  for (const [signal, pass] of passers) process.on(signal, pass);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      for (const [signal, pass] of passers) process.off(signal, pass);
      resolve(code ?? 1);
    });
  });
}
