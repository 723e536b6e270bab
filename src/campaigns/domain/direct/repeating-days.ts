import { addDays } from '../local-instant';

const dayMs = 86_400_000;

/** On which days something comes again. Weeks begin on Monday. */
export interface RepeatingDays {
  /** 1 is Monday. */
  weekdays: number[];
  /** The first day, `YYYY-MM-DD`; weeks and months are counted from its own. Absent: there is none. */
  from?: string;
  /** Only in each n-th week; every one when absent. */
  everyWeeks?: number;
  /** Only in each n-th month; every one when absent. */
  everyMonths?: number;
  /** Only on the first or the last of the weekdays in a month. */
  inMonth?: 'FIRST' | 'LAST';
}

/** Whether it comes on a day. */
export function comesOn(days: RepeatingDays, day: string): boolean {
  const { weekdays, from, everyWeeks = 1, everyMonths = 1, inMonth } = days;
  if (from !== undefined && day < from) return false;
  if (!weekdays.includes(weekdayOf(day))) return false;
  if (from !== undefined && weeksBetween(from, day) % everyWeeks !== 0) return false;
  if (from !== undefined && monthsBetween(from, day) % everyMonths !== 0) return false;
  return inMonth === undefined || !hasAnother(weekdays, day, inMonth === 'FIRST' ? -1 : 1);
}

/** After how many days without one it never comes again. */
export function longestGap({ everyWeeks = 1, everyMonths = 1, inMonth }: RepeatingDays): number {
  return everyMonths > 1 || inMonth ? 31 * (everyMonths + 2) : 7 * everyWeeks + 1;
}

/** Whether one of the weekdays is in the same month, earlier (-1) or later (1). */
function hasAnother(weekdays: number[], day: string, step: -1 | 1): boolean {
  for (let other = addDays(day, step); other.slice(0, 7) === day.slice(0, 7); other = addDays(other, step)) {
    if (weekdays.includes(weekdayOf(other))) return true;
  }
  return false;
}

function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
}

function weeksBetween(from: string, day: string): number {
  const mondays = [from, day].map((each) => Date.parse(`${addDays(each, 1 - weekdayOf(each))}T00:00:00Z`));
  return Math.round(((mondays[1] ?? 0) - (mondays[0] ?? 0)) / (7 * dayMs));
}

function monthsBetween(from: string, day: string): number {
  const [one, other] = [from, day].map((each) => Number(each.slice(0, 4)) * 12 + Number(each.slice(5, 7)));
  return (other ?? 0) - (one ?? 0);
}
