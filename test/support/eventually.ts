import { setTimeout as pause } from 'node:timers/promises';

const shortestPauseMs = 50;
const longestPauseMs = 500;

/**
 * Asks again until `check` returns something other than undefined, null or false; fails with `what` after the limit, which
 * only what never happens reaches: a busy machine may need several times what a quiet one does.
 * It pauses for several times as long as the answer took, which leaves the processor to what is waited for.
 */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  limitMs = 60_000,
): Promise<T> {
  const giveUpAt = Date.now() + limitMs;
  for (;;) {
    const askedAt = performance.now();
    const result = await check();
    if (result !== undefined && result !== null && result !== false) return result;
    if (Date.now() > giveUpAt) throw new Error(`Did not happen within ${limitMs} ms: ${what}`);
    const tookMs = performance.now() - askedAt;
    await pause(Math.min(Math.max(4 * tookMs, shortestPauseMs), longestPauseMs));
  }
}
