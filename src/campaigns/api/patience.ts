import { setTimeout as pause } from 'node:timers/promises';

const pauseMs = 200;

/** Nobody answered in time. The work may still succeed later. */
export class TooSlowError extends Error {}

/** What the work comes to. @throws {TooSlowError} when it takes longer than the limit. */
export function withinLimit<T>(work: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TooSlowError(`Not done within ${limitMs} ms`)), limitMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Tries until it succeeds, fails for good, or the limit is over. @throws what the last try threw. */
export async function patiently(
  work: (isAgain: boolean) => Promise<void>,
  { limitMs, isTrouble }: { limitMs: number; isTrouble: (error: unknown) => boolean },
): Promise<void> {
  const giveUpAt = Date.now() + limitMs;
  for (let isAgain = false; ; isAgain = true) {
    try {
      return await withinLimit(work(isAgain), Math.max(giveUpAt - Date.now(), 1));
    } catch (error) {
      if (error instanceof TooSlowError || !isTrouble(error) || Date.now() + pauseMs >= giveUpAt) throw error;
    }
    await pause(pauseMs);
  }
}
