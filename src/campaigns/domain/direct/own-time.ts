import type { DirectSchedule } from './schedule';

/** How far a person's clock may be past the time of a campaign that goes out, and they get it still. */
export const lateMinutes = 60;

const minuteMs = 60_000;
const mostAhead = 14 * 60;

/** One local time that everybody gets a campaign at, in their own time zone. */
export interface OwnTime {
  /** `YYYY-MM-DDTHH:MM`. */
  local: string;
  /** The zone of those of whom none is known. */
  timeZone: string;
}

/** The local time of an occurrence on `day`; null when it is one instant for all. */
export function ownTime(schedule: DirectSchedule, day: string): OwnTime | null {
  if (schedule.kind === 'NOW' || !schedule.inOwnTimeZone) return null;
  return { local: schedule.kind === 'AT' ? schedule.at : `${day}T${schedule.time}`, timeZone: schedule.timeZone };
}

/** Whom a launch now would leave out because their clocks are past the time; null when nobody. */
export function leftOut(schedule: DirectSchedule, now: Date): string | null {
  if (schedule.kind !== 'AT' || !schedule.inOwnTimeZone) return null;
  const ahead = Math.ceil((Date.parse(`${schedule.at}:00Z`) - now.getTime()) / minuteMs) + lateMinutes;
  if (ahead >= mostAhead) return null;
  const [day, time] = schedule.at.split('T');
  return `Whose clock is ahead of UTC${offset(ahead)} is left out: it is past ${day} ${time} there already; choose a later time to reach everybody`;
}

function offset(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}
