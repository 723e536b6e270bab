/** Why a recipient got nothing, in the order of the pipeline: the first that applies is the recipient's end state. */
export const dropStates = [
  'MALFORMED',
  'DUPLICATE',
  'CONTROL_GROUP',
  'CANCELLED',
  'TEMPLATE_UNKNOWN',
  'PROFILE_NOT_FOUND',
  'INVALID_MOBILE_NUMBER',
  'NO_ADDRESS',
  'NOT_IN_SEGMENT',
  'NOT_ADDRESSABLE',
  'NOT_SUBSCRIBED',
  'SUPPRESSED',
  'SUPPRESSION_STALE',
  'CATEGORY_LIMIT',
  'QUIET_HOURS',
  'NOT_PERSONALISED',
  'PAYLOAD_TOO_LARGE',
  'EXPIRED',
  'STOPPED',
] as const;

/** Refused before anything was handed over. */
export type DropState = (typeof dropStates)[number];

/** Every end a received customer can come to: one each, for good, except that UNCERTAIN may still be settled. */
export const endStates = ['SENT', 'UNCERTAIN', 'FAILED', ...dropStates] as const;

/** One end of a recipient. */
export type EndState = (typeof endStates)[number];

/** A reason for dropping one address or medium of a recipient. */
export interface Drop {
  state: DropState;
  detail: string | null;
}

/** The drop that decides when nothing was tried: the earliest in pipeline order. */
export function firstDrop(drops: readonly Drop[]): Drop {
  let first: Drop = { state: 'NO_ADDRESS', detail: null };
  let rank: number = dropStates.length;
  for (const drop of drops) {
    const position = dropStates.indexOf(drop.state);
    if (position >= rank) continue;
    rank = position;
    first = drop;
  }
  return first;
}
