/** Providers tell times in whole seconds, by clocks of their own: within so long a no comes after a yes. */
const doubtMs = 1_000;

/** What a provider reports of a message: when it happened by its word, when it was handed over and when we were told. */
export interface Told {
  occurredAt: Date;
  claimedAt: Date;
  receivedAt: Date;
}

/** When it happened: by the provider's word, but not before the message was handed over and not after we were told. */
export function happenedAt({ occurredAt, claimedAt, receivedAt }: Told): Date {
  return new Date(Math.min(Math.max(occurredAt.getTime(), claimedAt.getTime()), receivedAt.getTime()));
}

/** The last moment at which a no may have been said: a second after it happened, but not after we were told. */
export function saidNoAt(told: Told): Date {
  return new Date(Math.min(happenedAt(told).getTime() + doubtMs, told.receivedAt.getTime()));
}
