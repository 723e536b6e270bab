import { localStamp } from '../execution/local-stamp';
import { addDays, instantOf } from '../local-instant';
import { comesOn, longestGap, type RepeatingDays } from './repeating-days';

/** When a Direct campaign goes out. Local times are those of `timeZone`. */
export type DirectSchedule =
  | { kind: 'NOW' }
  /** Once; `at` is a local time, `YYYY-MM-DDTHH:MM`. */
  | { kind: 'AT'; at: string; timeZone: string }
  /** On the days, at `time` (`HH:MM`), from the launch on until the end of `until` (`YYYY-MM-DD`). */
  | ({ kind: 'REPEATING'; time: string; until: string | null; timeZone: string } & RepeatingDays);

/** One going out of a campaign. */
export interface Occurrence {
  at: Date;
  /** Its local day, `YYYY-MM-DD`: one per day and launch. */
  day: string;
}

/** The first occurrence after an instant; null when there is none any more. */
export function nextOccurrence(schedule: DirectSchedule, after: Date): Occurrence | null {
  if (schedule.kind === 'NOW') return null;
  if (schedule.kind === 'AT') {
    const at = instantOf(schedule.at, schedule.timeZone);
    return at > after ? { at, day: schedule.at.slice(0, 10) } : null;
  }
  const { timeZone, from = '', until, time } = schedule;
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

/** The first occurrence of a launch. */
export function firstOccurrence(schedule: DirectSchedule, now: Date): Occurrence | null {
  return schedule.kind === 'NOW' ? { at: now, day: now.toISOString().slice(0, 10) } : nextOccurrence(schedule, now);
}

/** Why a schedule cannot be launched, or null. */
export function scheduleProblem(schedule: DirectSchedule, now: Date): { path: string[]; message: string } | null {
  if (schedule.kind === 'NOW' || nextOccurrence(schedule, now)) return null;
  const [field, what] =
    schedule.kind === 'AT' ? ['at', 'This time is over'] : ['until', 'No day is left before it ends'];
  return { path: ['schedule', field ?? ''], message: `${what}; choose a later one` };
}
