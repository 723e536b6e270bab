import { runToEnd } from '../hosts/run-to-end';

/** Runs a bench in a process of its own: `bench`, `bench NAME [--json FILE]`. */
export function bench(args: string[]): Promise<number> {
  return runToEnd('bench', args);
}
