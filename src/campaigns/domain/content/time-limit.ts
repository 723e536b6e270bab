import { createContext, Script } from 'node:vm';

const script = new Script('work()');
const sandbox = { work: (): void => undefined };
const context = createContext(sandbox);

/**
 * Runs synchronous work that may not end by itself and stops it after `limitMs` by the clock of the wall: also when the
 * process stood still for as long.
 * @returns whether it came to its end.
 */
export function runWithin(limitMs: number, work: () => void): boolean {
  sandbox.work = work;
  try {
    script.runInContext(context, { timeout: limitMs });
    return true;
  } catch (error) {
    if (isTimeout(error)) return false;
    throw error;
  } finally {
    sandbox.work = () => undefined;
  }
}

function isTimeout(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'code') === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
