const dayMs = 86_400_000;

/** When an event happened by the provider's clock, in UNIX seconds; when it arrived if that is no time or not yet. */
export function eventTime(seconds: unknown, receivedAt: Date): Date {
  const ms = Number(seconds) * 1_000;
  return ms > 0 && ms < receivedAt.getTime() + dayMs ? new Date(ms) : receivedAt;
}
