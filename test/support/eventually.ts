import { setTimeout as pause } from 'node:timers/promises';

/** Asks again until `check` returns something other than undefined, null or false; fails with `what` after the limit. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  limitMs = 20_000,
): Promise<T> {
  const giveUpAt = Date.now() + limitMs;
  for (;;) {
    const result = await check();
    if (result !== undefined && result !== null && result !== false) return result;
    if (Date.now() > giveUpAt) throw new Error(`Did not happen within ${limitMs} ms: ${what}`);
    await pause(50);
  }
}
