import { storedForm } from '../attributes/typed-value';
import type { DaySpan, Within } from './rules';

/** When and where a tree is evaluated: one instant for all its rules, and the zone of its calendar days. */
export interface Moment {
  now: Date;
  timeZone: string;
}

/** Instants from `from` on and before `before`; an open end is null. */
export interface InstantRange {
  from: Date | null;
  before: Date | null;
}

/** The same for days without a time of day, `YYYY-MM-DD`. */
export interface DayRange {
  from: string;
  before: string;
}

const second = 1_000;
const day = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** The instants of a comparison with a date that is written as it is stored: a day stands for all of it, in UTC. */
export function rangeOfDate(value: string): { from: Date; before: Date } {
  const from = new Date(value.length === 10 ? `${value}T00:00:00Z` : value);
  return { from, before: new Date(from.getTime() + (value.length === 10 ? day : second)) };
}

/** The last or next days around now: 24 hours each, or today and that many whole days beside it. */
export function rangeOfSpan(span: DaySpan, towards: 'past' | 'future', moment: Moment): InstantRange {
  const { now, timeZone } = moment;
  if (span.calendar) {
    const { from, before } = daysOfSpan(span, towards, moment);
    return { from: startOfDay(from, timeZone), before: startOfDay(before, timeZone) };
  }
  const length = span.days * day;
  if (towards === 'past') return { from: new Date(now.getTime() - length), before: new Date(now.getTime() + second) };
  return { from: now, before: new Date(now.getTime() + length + second) };
}

/** The calendar days of a span. */
export function daysOfSpan({ days }: DaySpan, towards: 'past' | 'future', { now, timeZone }: Moment): DayRange {
  const today = dayIn(now, timeZone);
  if (towards === 'past') return { from: plusDays(today, -days), before: plusDays(today, 1) };
  return { from: today, before: plusDays(today, days + 1) };
}

/** The instants in which something must have happened. */
export function rangeOfWithin(within: Within, moment: Moment): InstantRange {
  if ('days' in within) return rangeOfSpan(within, 'past', moment);
  return { from: within.from ? new Date(within.from) : null, before: within.to ? new Date(within.to) : null };
}

/** Which calendar day it is in a zone. */
export function dayIn(instant: Date, timeZone: string): string {
  return wallClock(instant, timeZone).slice(0, 10);
}

/** The first instant of a calendar day in a zone. */
export function startOfDay(date: string, timeZone: string): Date {
  const asUtc = Date.parse(`${date}T00:00:00Z`);
  let guess = asUtc;
  // Twice, because the offset of the first guess may be that of the other side of a change of clocks.
  for (let round = 0; round < 2; round += 1) guess = asUtc - offsetAt(guess, timeZone);
  // Where midnight is skipped, the day begins with the change itself.
  return dayIn(new Date(guess), timeZone) === date
    ? new Date(guess)
    : new Date(asUtc - offsetAt(guess - day, timeZone));
}

function offsetAt(time: number, timeZone: string): number {
  return Date.parse(`${wallClock(new Date(time), timeZone)}Z`) - Math.floor(time / second) * second;
}

function plusDays(date: string, days: number): string {
  return storedForm(new Date(Date.parse(`${date}T00:00:00Z`) + days * day));
}

function wallClock(instant: Date, timeZone: string): string {
  let format = formats.get(timeZone);
  if (!format) {
    const digits = '2-digit';
    const options = {
      year: 'numeric',
      month: digits,
      day: digits,
      hour: digits,
      minute: digits,
      second: digits,
    } as const;
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, hourCycle: 'h23', ...options });
    formats.set(timeZone, format);
  }
  return format.format(instant).replace(' ', 'T');
}
