import { instantOf } from '../local-instant';

/** Where each day begins first: UTC+14. */
const firstZone = 'Etc/GMT-14';
/** Where it begins last: UTC-12. */
const lastZone = 'Etc/GMT+12';

/** Whose local times they are. */
export interface WhoseClock {
  timeZone: string;
  /** Everybody's own; `timeZone` is that of people of whom none is known. */
  inOwnTimeZone?: boolean;
}

/** The zone in which a local time comes first. */
export function earliestZone({ inOwnTimeZone, timeZone }: WhoseClock): string {
  return inOwnTimeZone ? firstZone : timeZone;
}

/** Whether a local time is still to come somewhere. */
export function isToCome(local: string, now: Date): boolean {
  return instantOf(local, lastZone) > now;
}
