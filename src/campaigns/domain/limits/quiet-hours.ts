import { localStamp } from '../execution/local-stamp';
import { addDays, instantOf } from '../local-instant';

/** A daily stretch of local time, both as `HH:MM`; it goes over midnight when it ends at an earlier time of day. */
export interface QuietHours {
  from: string;
  to: string;
}

/** When the quiet hours that an instant falls into end on the clocks of a zone; null when it falls into none. */
export function quietUntil({ from, to }: QuietHours, now: Date, timeZone: string): Date | null {
  const [day = '', time = ''] = localStamp(now, timeZone).slice(0, 16).split(' ');
  const isOverMidnight = from > to;
  const isQuiet = isOverMidnight ? time >= from || time < to : time >= from && time < to;
  if (!isQuiet) return null;
  const lastDay = isOverMidnight && time >= from ? addDays(day, 1) : day;
  const end = instantOf(`${lastDay}T${to}`, timeZone);
  // Where the clock shows the end twice, the hours are over at the first.
  return end > now ? end : null;
}
