import { setTimeout as pause } from 'node:timers/promises';
import { isRetryable } from '@libs/platform';

const mostTries = 15;
const firstPauseMs = 50;
const longestPauseMs = 2_000;

/**
 * Writes again, for about 20 seconds, what a deadlock or a database that was away for a moment undid: nobody else knows
 * what the providers answered. `write` must be one transaction that does nothing the second time.
 * @throws what the last try threw, or at once what no other try can mend, such as that the chunk was lost.
 */
export async function untilWritten<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (tries === mostTries || !isRetryable(error)) throw error;
      await pause(Math.min(firstPauseMs * 2 ** tries, longestPauseMs));
    }
  }
}
