import { localStamp } from './execution/local-stamp';

const dayMs = 86_400_000;

/**
 * Local time (`YYYY-MM-DDTHH:MM`) → instant: one that the clock leaps over is the moment of the leap or later, one that
 * it shows twice the first.
 */
export function instantOf(local: string, timeZone: string): Date {
  return bothInstantsOf(`${local.slice(0, 10)} ${local.slice(11, 16)}:00`, timeZone)[0];
}

/**
 * Local time (`YYYY-MM-DD HH:MM:SS`) → the first and the last instant at which the clock shows it, usually the same; the
 * moment of the leap or later for one that it leaps over. Both are invalid dates where the text is no time.
 */
export function bothInstantsOf(stamp: string, timeZone: string): [first: Date, last: Date] {
  const wall = Date.parse(`${stamp.replace(' ', 'T')}Z`);
  if (Number.isNaN(wall)) return [new Date(Number.NaN), new Date(Number.NaN)];
  const offsets = [wall - dayMs, wall + dayMs].map((time) => offsetAt(new Date(time), timeZone));
  const candidates = offsets.map((offset) => new Date(wall - offset)).sort((one, other) => +one - +other);
  const shown = candidates.filter((time) => localStamp(time, timeZone) === stamp);
  const [first, last] = shown.length > 0 ? [shown[0], shown.at(-1)] : [candidates.at(-1), candidates.at(-1)];
  return [first as Date, last as Date];
}

/** The day so many days after another, both `YYYY-MM-DD`. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

function offsetAt(time: Date, timeZone: string): number {
  return Date.parse(`${localStamp(time, timeZone).replace(' ', 'T')}Z`) - Math.floor(+time / 1000) * 1000;
}
