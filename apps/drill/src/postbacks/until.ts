import { setTimeout as pause } from 'node:timers/promises';

const askEveryMs = 250;
const usualLimitMs = 60 * 60_000;

/** What is said while the database comes back. */
const passing = /service is busy|fetch failed/;

/** Asks again until there is an answer, also while the service is busy. @throws when there is none in time. */
export async function until<T>(what: string, ask: () => Promise<T | null>, limitMs = usualLimitMs): Promise<T> {
  const endsAt = Date.now() + limitMs;
  for (;;) {
    const answer = await ask().catch(unlessPassing);
    if (answer !== null) return answer;
    if (Date.now() > endsAt) throw new Error(`It did not come about that ${what}`);
    await pause(askEveryMs);
  }
}

function unlessPassing(error: unknown): null {
  if (error instanceof Error && passing.test(error.message)) return null;
  throw error;
}
