import { setTimeout as pause } from 'node:timers/promises';

const askEveryMs = 250;
const usualLimitMs = 60 * 60_000;

/** Asks again until there is an answer. @throws when there is none in time. */
export async function until<T>(what: string, ask: () => Promise<T | null>, limitMs = usualLimitMs): Promise<T> {
  const endsAt = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > endsAt) throw new Error(`It did not come about that ${what}`);
    await pause(askEveryMs);
  }
}
