const written = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?)/;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs more than a hundred uses of it. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const existing = formats.get(timeZone);
  if (existing) return existing;
  const two = '2-digit';
  const day = { year: 'numeric', month: two, day: two } as const;
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    ...day,
    hour: two,
    minute: two,
    second: two,
  });
  formats.set(timeZone, format);
  return format;
}

/** An instant as Optimove writes times, `YYYY-MM-DD HH:MM:SS` in the connection's zone, so that both compare as texts. */
export function localStamp(time: Date, timeZone: string): string {
  const parts = formatOf(timeZone).formatToParts(time);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}:${part('second')}`;
}

/** The time stamp of a callback in that same form; that of its arrival where it has none that can be read. */
export function stampOf(timeStamp: string | null, receivedAt: Date, timeZone: string): string {
  const match = timeStamp ? written.exec(timeStamp) : null;
  if (!match?.[1] || !match[2]) return localStamp(receivedAt, timeZone);
  if (/(Z|[+-]\d{2}:?\d{2})$/.test(timeStamp ?? '')) {
    const instant = new Date((timeStamp ?? '').replace(' ', 'T'));
    if (!Number.isNaN(instant.getTime())) return localStamp(instant, timeZone);
  }
  return `${match[1]} ${match[2].length === 5 ? `${match[2]}:00` : match[2]}`;
}
