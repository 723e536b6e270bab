import type { AttributeType } from '@modules/profiles';

/** A value as profiles keep it. */
export type TypedValue = string | number | boolean | string[];

/** A value that fits its attribute (null: there is none), or why it does not. */
export type ReadValue = { value: TypedValue | null } | { reason: string };

const longestString = 101;
const longestArray = 100;
const truths = ['true', 'yes', 'y', '1'];
const falsehoods = ['false', 'no', 'n', '0'];
/** Optimove writes this where there is no date. */
const noDate = '1900-01-01';

/** Reads a text of Optimove or of a file as the attribute's type. Optimove API: values are texts whatever their type; no value is null, or the text NULL. */
export function readValue(type: AttributeType, text: string | null): ReadValue {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '' || trimmed === 'NULL') return { value: null };
  return readers[type](trimmed);
}

/** What a value is compared by: without case and outer blanks, a boolean in every spelling that means it. */
export function comparisonKeys(value: TypedValue): string[] {
  if (value === true) return truths;
  if (value === false) return falsehoods;
  return (Array.isArray(value) ? value : [value]).map((each) => String(each).trim().toLowerCase());
}

const readers: Record<AttributeType, (text: string) => ReadValue> = {
  STRING: (text) =>
    text.length <= longestString ? { value: text } : { reason: `The text is longer than ${longestString} characters` },
  NUMBER: (text) => {
    const value = /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(value) ? { value } : refuse(text, 'a number such as 12 or 12.5');
  },
  BOOLEAN: (text) => {
    if (truths.includes(text.toLowerCase())) return { value: true };
    if (falsehoods.includes(text.toLowerCase())) return { value: false };
    return refuse(text, 'true or false');
  },
  DATE: readDate,
  ARRAY: readArray,
};

/** Optimove API: dates are `MM/DD/YYYY HH:MM:SS`; files may have `YYYY-MM-DD`, with or without a time. */
function readDate(text: string): ReadValue {
  const us = /^(\d{2})\/(\d{2})\/(\d{4})(?: \d{2}:\d{2}:\d{2})?$/.exec(text);
  const iso = /^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}.*)?$/.exec(text);
  const day = us ? `${us[3]}-${us[1]}-${us[2]}` : (iso?.[1] ?? '');
  const time = Date.parse(`${day}T00:00:00Z`);
  const isDay = !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
  if (!isDay) return refuse(text, 'a date as MM/DD/YYYY or YYYY-MM-DD');
  return { value: day === noDate ? null : day };
}

function readArray(text: string): ReadValue {
  const items = text.startsWith('[') ? parseList(text) : text.split(/[;,]/);
  if (!items || items.length > longestArray || items.some((item) => typeof item !== 'string')) {
    return refuse(text, `a list of at most ${longestArray} texts`);
  }
  return { value: (items as string[]).map((item) => item.trim()).filter((item) => item !== '') };
}

function parseList(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function refuse(text: string, expected: string): ReadValue {
  return { reason: `"${text.slice(0, 60)}" is not ${expected}` };
}
