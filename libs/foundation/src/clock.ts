/** The time, as a dependency, so that tests can set it. */
export interface Clock {
  now(): Date;
}

let aheadMs = 0;

/** The time of the house: the machine's own clock, put right by what {@link setSystemClock} was told of it. */
export const systemClock: Clock = { now: () => new Date(Date.now() + aheadMs) };

/** Puts {@link systemClock} right: by how many milliseconds the time is ahead of the machine's clock. */
export function setSystemClock(milliseconds: number): void {
  aheadMs = milliseconds;
}
