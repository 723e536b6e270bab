const dayMs = 86_400_000;

/** When an event happened by the provider's clock, in UNIX seconds; when it arrived if that is no time or not yet. */
export function eventTime(seconds: unknown, receivedAt: Date): Date {
  return believable(Number(seconds) * 1_000, receivedAt);
}

/** As {@link eventTime}, of a time as ISO 8601 has it. */
export function eventTimeOf(text: string, receivedAt: Date): Date {
  return believable(Date.parse(text), receivedAt);
}

function believable(ms: number, receivedAt: Date): Date {
  return ms > 0 && ms < receivedAt.getTime() + dayMs ? new Date(ms) : receivedAt;
}
