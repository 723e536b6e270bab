import { runToEnd } from '../hosts/run-to-end';

/** Breaks everything on purpose in processes of its own: `drill [--seed S] [--faults N] …`. */
export function drill(args: string[]): Promise<number> {
  return runToEnd('drill', args);
}
