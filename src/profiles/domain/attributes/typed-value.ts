import type { AttributeType } from '../attribute';

/** A value in the form in which profiles keep it. */
export type AttributeValue = string | number | boolean | object;

/** The value in its form, or why it does not fit. */
export type ReadAttribute = { value: AttributeValue } | { reason: string };

const longestString = 101;
const written = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|[+-]\d{2}:?\d{2})?)?$/i;
const truths: Record<string, boolean> = { true: true, '1': true, false: false, '0': false };
const longMonths = [1, 3, 5, 7, 8, 10, 12];
const number = /^[+-]?(\d{1,30}(\.\d{1,30})?|\.\d{1,30})(e[+-]?\d{1,2})?$/i;

/** What a date looks like when it is stored: `YYYY-MM-DD`, or `YYYY-MM-DDTHH:MM:SSZ` when it has a time other than midnight UTC. */
export const storedDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$/;

/**
 * Reads a value as a type, from a text of a file as well as from JSON. Xtremepush: strings have at most 101 characters,
 * booleans may be written 1 and 0, dates are UTC unless they carry an offset, arrays are JSON arrays or objects.
 */
export function readAttribute(type: AttributeType, value: unknown): ReadAttribute {
  return readers[type](value);
}

const readers: Record<AttributeType, (value: unknown) => ReadAttribute> = {
  STRING: (value) => {
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    if (typeof text !== 'string') return refuse(value, 'a text');
    return text.length <= longestString || [...text].length <= longestString
      ? { value: text }
      : refuse(text, `at most ${longestString} characters long`);
  },
  NUMBER: (value) => {
    const read = typeof value === 'string' && number.test(value.trim()) ? Number(value) : value;
    return typeof read === 'number' && Number.isFinite(read) ? { value: read } : refuse(value, 'a number such as 12.5');
  },
  BOOLEAN: (value) => {
    const read = truths[String(value).trim().toLowerCase()];
    return read === undefined ? refuse(value, 'true or false, 1 or 0') : { value: read };
  },
  DATE: (value) => {
    const read = typeof value === 'string' ? readDate(value.trim()) : null;
    return read === null ? refuse(value, 'a date such as 2026-01-31 or 2026-01-31 18:00:00 +01:00') : { value: read };
  },
  ARRAY: (value) => {
    const read = typeof value === 'string' ? parsed(value) : value;
    return typeof read === 'object' && read !== null ? { value: read } : refuse(value, 'a JSON array or object');
  },
};

/** A date in the form in which it is stored, or null. */
export function readDate(text: string): string | null {
  const [, day, time, offset] = written.exec(text) ?? [];
  if (!day || !isDay(day)) return null;
  if (!time) return day;
  const zone = offset && !/z/i.test(offset) ? offset.replace(/^(...):?(..)$/, '$1:$2') : 'Z';
  const instant = new Date(`${day}T${time}${zone}`);
  return Number.isNaN(instant.getTime()) ? null : storedForm(instant);
}

/** An instant as it is stored, to the second. */
export function storedForm(instant: Date): string {
  const text = `${instant.toISOString().slice(0, 19)}Z`;
  return text.endsWith('T00:00:00Z') ? text.slice(0, 10) : text;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function isDay(day: string): boolean {
  const [year, month, date] = [Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8))];
  const last = month === 2 ? (isLeap(year) ? 29 : 28) : longMonths.includes(month) ? 31 : 30;
  return year > 0 && month >= 1 && month <= 12 && date >= 1 && date <= last;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function refuse(value: unknown, expected: string): ReadAttribute {
  return { reason: `must be ${expected}: ${(JSON.stringify(value) ?? 'nothing').slice(0, 60)}` };
}
