/** What Optimove said of a campaign's cancellation, for the triggered calls of a day. */
export interface DayCancellation {
  /** When it says that it cancelled the campaign last, whatever the day; null where it never did. */
  cancelledAt: Date | null;
  /** Whether that was on the day or later. */
  isOfDay: boolean;
}

/**
 * Whether a call counts that Optimove says it made at `saidAt`: only one that is later than the cancellation tells that the
 * campaign was started again. A call that does not say when it was made (null) never tells, and counts on other days.
 */
export function isHeard({ cancelledAt, isOfDay }: DayCancellation, saidAt: Date | null): boolean {
  if (!saidAt) return !isOfDay;
  return cancelledAt === null || saidAt > cancelledAt;
}
