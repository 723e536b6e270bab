import type { OptimoveCallback } from '@libs/optimove-client';
import type { Rehearsed } from '../domain/execution/rehearsal';

/** What a call would do now. */
export interface Replay {
  /** UNREADABLE, REFUSED, NOTED, ONE_CUSTOMER or WHOLE_LIST. */
  verdict: 'UNREADABLE' | 'REFUSED' | 'NOTED' | 'ONE_CUSTOMER' | 'WHOLE_LIST';
  reason: string | null;
  callback: OptimoveCallback | null;
  /** What would become of the customer of a trigger. */
  customer: Rehearsed | null;
  /** The rehearsals of whole lists, one for each channel, which go on in the background. */
  dryRunIds: string[];
}

/** A replay with what was found besides its verdict. */
export function replayOf(verdict: Replay['verdict'], found: Partial<Replay>): Replay {
  return { reason: null, callback: null, customer: null, dryRunIds: [], ...found, verdict };
}
