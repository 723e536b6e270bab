import { readDate } from '../attributes/typed-value';
import { type Faults, isFields } from './faults';
import { type DaySpan, type Hits, ruleLimits, type Within } from './rules';

const mostHits = 1_000_000;

/** A number of days. */
export function readSpan(value: unknown, path: string, faults: Faults): DaySpan | undefined {
  if (!isFields(value)) return faults.add(path, 'must be an object with days');
  faults.onlyKnown(value, ['days', 'calendar'], path);
  const days = faults.whole(value.days, `${path}.days`, ruleLimits.days);
  if (value.calendar !== undefined && typeof value.calendar !== 'boolean') {
    return faults.add(`${path}.calendar`, 'must be true or false');
  }
  return days === undefined ? undefined : { days, ...(value.calendar ? { calendar: true } : {}) };
}

/** When something happened. */
export function readWithin(value: unknown, path: string, faults: Faults): Within | undefined {
  if (!isFields(value) || 'days' in value) return readSpan(value, path, faults);
  faults.onlyKnown(value, ['from', 'to'], path);
  const within: Within = {};
  for (const end of ['from', 'to'] as const) {
    const given = value[end];
    if (given === undefined) continue;
    const date = typeof given === 'string' ? readDate(given) : null;
    if (date === null) faults.add(`${path}.${end}`, 'must be a date such as 2026-01-31 or 2026-01-31 18:00:00 +01:00');
    else within[end] = date;
  }
  if (within.from && within.to && new Date(within.from) >= new Date(within.to)) {
    return faults.add(path, 'ends before it begins');
  }
  return value.from === undefined && value.to === undefined
    ? faults.add(path, 'must have days, or from, or to')
    : within;
}

/** How often. */
export function readHits(value: unknown, path: string, faults: Faults): Hits | undefined {
  if (!isFields(value)) return faults.add(path, 'must be an object with is and value');
  faults.onlyKnown(value, ['is', 'value'], path);
  const is = faults.oneOf(value.is, ['more', 'less', 'equals'] as const, `${path}.is`);
  const count = faults.whole(value.value, `${path}.value`, mostHits);
  if (is === 'less' && count === 0) return faults.add(`${path}.value`, 'nothing happens less than 0 times');
  return is === undefined || count === undefined ? undefined : { is, value: count };
}
