import type { ConnectionView } from '@modules/connections';

/** As long is a call of Optimove's taken by what was known of its connection before; clocks may differ by a part of it. */
const knownForMs = 30_000;

/**
 * Since when customer ids of which was heard at an instant mean whom they mean: as over the connection now. What may have
 * been heard before the connection had its present names has those that it had first, of which nothing is learnt any more.
 */
export function namesHeard({ namesSince }: Pick<ConnectionView, 'namesSince'>, heardAt: Date): Date | null {
  return namesSince !== null && heardAt.getTime() > namesSince.getTime() + knownForMs ? namesSince : null;
}
