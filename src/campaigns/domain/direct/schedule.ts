import { localStamp } from '../execution/local-stamp';

/** When a Direct campaign goes out. Local times are those of `timeZone`. */
export type DirectSchedule =
  | { kind: 'NOW' }
  /** Once; `at` is a local time, `YYYY-MM-DDTHH:MM`. */
  | { kind: 'AT'; at: string; timeZone: string }
  /** On some days of the week, 1 is Monday, at `time` (`HH:MM`), from today on until the end of `until` (`YYYY-MM-DD`). */
  | { kind: 'REPEATING'; weekdays: number[]; time: string; until: string | null; timeZone: string };

/** One going out of a campaign. */
export interface Occurrence {
  at: Date;
  /** Its local day, `YYYY-MM-DD`: one per day and launch. */
  day: string;
}

const dayMs = 86_400_000;
const daysLookedAt = 8;

/** The first occurrence after an instant; null when there is none any more. */
export function nextOccurrence(schedule: DirectSchedule, after: Date): Occurrence | null {
  if (schedule.kind === 'NOW') return null;
  if (schedule.kind === 'AT') {
    const at = instantOf(schedule.at, schedule.timeZone);
    return at > after ? { at, day: schedule.at.slice(0, 10) } : null;
  }
  const today = localStamp(after, schedule.timeZone).slice(0, 10);
  for (let offset = 0; offset < daysLookedAt; offset += 1) {
    const day = addDays(today, offset);
    if (schedule.until !== null && day > schedule.until) return null;
    const at = instantOf(`${day}T${schedule.time}`, schedule.timeZone);
    if (schedule.weekdays.includes(weekdayOf(day)) && at > after) return { at, day };
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

/** Local time → instant: one that the clock leaps over is the moment of the leap or later, one that it shows twice the first. */
function instantOf(local: string, timeZone: string): Date {
  const wall = Date.parse(`${local.slice(0, 16)}:00Z`);
  const offsets = [wall - dayMs, wall + dayMs].map((time) => offsetAt(new Date(time), timeZone));
  const candidates = offsets.map((offset) => new Date(wall - offset)).sort((one, other) => +one - +other);
  const written = `${local.slice(0, 10)} ${local.slice(11, 16)}:00`;
  return candidates.find((time) => localStamp(time, timeZone) === written) ?? (candidates.at(-1) as Date);
}

function offsetAt(time: Date, timeZone: string): number {
  return Date.parse(`${localStamp(time, timeZone).replace(' ', 'T')}Z`) - Math.floor(+time / 1000) * 1000;
}

function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
}
