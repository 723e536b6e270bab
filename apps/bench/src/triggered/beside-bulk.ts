import type { Progress } from '../execution/ours';
import type { LoadResult } from './open-load';

/** A round of load, and whether a bulk execution lasted longer than it. */
export type Round = LoadResult & { isBulkLeft: boolean };

/** Whether a bulk execution was sending during the whole round. */
export function isBeside({ isBulkLeft, others }: Round): boolean {
  return isBulkLeft && others > 0;
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
  for (let done = 0; done < wanted; done += 1) {
    if ((await gone()) === null) return;
    const each = { ...(await round()), isBulkLeft: (await gone()) !== null };
    yield each;
    if (!isBeside(each)) return;
  }
}
