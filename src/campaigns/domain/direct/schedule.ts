import { localStamp } from '../execution/local-stamp';
import { addDays, instantOf } from '../local-instant';
import { earliestZone, isToCome, type WhoseClock } from './earliest-zone';
import { comesOn, longestGap, type RepeatingDays } from './repeating-days';

/** When a Direct campaign goes out. */
export type DirectSchedule =
  | { kind: 'NOW' }
  /** Once; `at` is a local time, `YYYY-MM-DDTHH:MM`. */
  | ({ kind: 'AT'; at: string } & WhoseClock)
  /** On the days, at `time` (`HH:MM`), from the launch on until the end of `until` (`YYYY-MM-DD`). */
  | ({ kind: 'REPEATING'; time: string; until: string | null } & WhoseClock & RepeatingDays);

/** One going out of a campaign. */
export interface Occurrence {
  /** Where everybody gets it in their own time zone, when it comes to the first of all zones. */
  at: Date;
  /** Its local day, `YYYY-MM-DD`: one per day and launch. */
  day: string;
}

/** The first occurrence after an instant; null when there is none any more. */
export function nextOccurrence(schedule: DirectSchedule, after: Date): Occurrence | null {
  if (schedule.kind === 'NOW') return null;
  if (schedule.kind === 'AT') {
    const at = instantOf(schedule.at, earliestZone(schedule));
    return at > after ? { at, day: schedule.at.slice(0, 10) } : null;
  }
  const { from = '', until, time } = schedule;
  const timeZone = earliestZone(schedule);
  const today = localStamp(after, timeZone).slice(0, 10);
  const first = today > from ? today : from;
  for (let offset = 0; offset <= longestGap(schedule); offset += 1) {
    const day = addDays(first, offset);
    if (until !== null && day > until) return null;
    if (!comesOn(schedule, day)) continue;
    const at = instantOf(`${day}T${time}`, timeZone);
    if (at > after) return { at, day };
  }
  return null;
}

/** The first occurrence of a launch. In people's own time zones it may have come to some of them already. */
export function firstOccurrence(schedule: DirectSchedule, now: Date): Occurrence | null {
  if (schedule.kind === 'NOW') return { at: now, day: now.toISOString().slice(0, 10) };
  const next = nextOccurrence(schedule, now);
  if (next || schedule.kind !== 'AT' || !schedule.inOwnTimeZone) return next;
  return isToCome(schedule.at, now) ? { at: now, day: schedule.at.slice(0, 10) } : null;
}

/** Why a schedule cannot be launched, or null. */
export function scheduleProblem(schedule: DirectSchedule, now: Date): { path: string[]; message: string } | null {
  if (firstOccurrence(schedule, now)) return null;
  const [field, what] =
    schedule.kind === 'AT' ? ['at', 'This time is over'] : ['until', 'No day is left before it ends'];
  return { path: ['schedule', field ?? ''], message: `${what}; choose a later one` };
}
