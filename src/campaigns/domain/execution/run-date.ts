const dayFormats = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs more than a hundred uses of it. */
function dayFormatOf(timeZone: string): Intl.DateTimeFormat {
  const existing = dayFormats.get(timeZone);
  if (existing) return existing;
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  dayFormats.set(timeZone, format);
  return format;
}

const localTime = /^(\d{4})-(\d{2})-(\d{2})[ T]\d{2}:\d{2}/;

/** The calendar day of an announcement in the connection's zone: that of its own time stamp, else of its arrival. */
export function runDateOf(timeStamp: string | null, receivedAt: Date, timeZone: string): string {
  const match = timeStamp ? localTime.exec(timeStamp) : null;
  if (match && isCalendarDay(match[0].slice(0, 10))) return match[0].slice(0, 10);
  return dayFormatOf(timeZone).format(receivedAt);
}

const freshMs = 60_000;
/** Ten minutes less than an execution stays open after its day, so that no call comes while it closes. */
const openLongerMs = 50 * 60_000;

/**
 * The calendar day that a triggered callback belongs to: that of its arrival, or a later one where it was put aside for so
 * long that its own day is closed.
 */
export function triggeredDay({ receivedAt, now }: { receivedAt: Date; now: Date }, timeZone: string): string {
  const day = dayFormatOf(timeZone).format(receivedAt);
  if (now.getTime() - receivedAt.getTime() < freshMs) return day;
  const earliestOpen = dayFormatOf(timeZone).format(now.getTime() - openLongerMs);
  return day < earliestOpen ? earliestOpen : day;
}

/** Whether the text is a real calendar day, `YYYY-MM-DD`. */
export function isCalendarDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

const scheduledTime =
  /^((?:19|20|21)\d{2}-\d{2}-\d{2})[ T]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-](0\d|1[0-4]):?[0-5]\d)?$/;

/** Whether a recipient's scheduled time can be read: local `YYYY-MM-DD HH:MM[:SS]`, or ISO 8601 with a zone. */
export function isScheduledTime(text: string): boolean {
  const day = scheduledTime.exec(text)?.[1];
  return day !== undefined && isCalendarDay(day);
}
