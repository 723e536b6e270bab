import type { Progress } from '../execution/ours';
import type { LoadResult } from './open-load';

/** A round of load, and how many messages went out of the one bulk execution that was sending all the time; 0 when none was. */
export type Round = LoadResult & { bulkMessages: number };

/** Whether a bulk execution was sending during the whole round. */
export function isBeside({ bulkMessages }: Round): boolean {
  return bulkMessages > 0;
}

const mostBulks = 3;

/**
 * Runs rounds until so many have had a bulk execution beside them for their whole time. Where one ends too early, another
 * of twice the people takes its place, twice at most. After that, or when something goes wrong, there are fewer such rounds.
 * `begin` resolves when messages go out.
 */
export async function besideBulk(
  { customers, wanted }: { customers: number; wanted: number },
  begin: (customers: number) => Promise<Progress>,
  round: () => Promise<LoadResult>,
): Promise<Round[]> {
  const rounds: Round[] = [];
  const missing = (): number => wanted - rounds.filter(isBeside).length;
  try {
    for (let bulk = 0; bulk < mostBulks && missing() > 0; bulk += 1) {
      for await (const each of besideOne(await begin(customers * 2 ** bulk), missing(), round)) rounds.push(each);
    }
  } catch (error) {
    console.error(error);
  }
  return rounds;
}

/** Rounds until so many are beside it, or the first that is not; what is left of it then is not waited for. */
async function* besideOne(gone: Progress, wanted: number, round: () => Promise<LoadResult>): AsyncGenerator<Round> {
  let before = await gone();
  for (let done = 0; before !== null && done < wanted; done += 1) {
    const result = await round();
    const after = await gone();
    const each = { ...result, bulkMessages: after === null ? 0 : after - before };
    yield each;
    before = isBeside(each) ? after : null;
  }
}
