import { localStamp } from './execution/local-stamp';

const dayMs = 86_400_000;

/**
 * Local time (`YYYY-MM-DDTHH:MM`) → instant: one that the clock leaps over is the moment of the leap or later, one that
 * it shows twice the first.
 */
export function instantOf(local: string, timeZone: string): Date {
  const wall = Date.parse(`${local.slice(0, 16)}:00Z`);
  const offsets = [wall - dayMs, wall + dayMs].map((time) => offsetAt(new Date(time), timeZone));
  const candidates = offsets.map((offset) => new Date(wall - offset)).sort((one, other) => +one - +other);
  const written = `${local.slice(0, 10)} ${local.slice(11, 16)}:00`;
  return candidates.find((time) => localStamp(time, timeZone) === written) ?? (candidates.at(-1) as Date);
}

/** The day so many days after another, both `YYYY-MM-DD`. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

function offsetAt(time: Date, timeZone: string): number {
  return Date.parse(`${localStamp(time, timeZone).replace(' ', 'T')}Z`) - Math.floor(+time / 1000) * 1000;
}
