/** By what a person is suppressed. */
export const entryKinds = ['USER_ID', 'EMAIL', 'MOBILE_NUMBER'] as const;

/** One of {@link entryKinds}. */
export type EntryKind = (typeof entryKinds)[number];

/** On what: a medium or any. */
export const entryMedia = ['ANY', 'MOBILE_PUSH', 'WEB_PUSH', 'SMS', 'EMAIL', 'INBOX', 'IN_APP'] as const;

/** One of {@link entryMedia}. */
export type EntryMedium = (typeof entryMedia)[number];

/** The value in the normal form of every kind that it can be. */
export function normalValues(value: string): string[] {
  return entryKinds.flatMap((kind) => normalValue(kind, value) ?? []);
}

/**
 * The value as it is compared: addresses without case, numbers as digits with the country code in front, however they
 * were written (`+44 7700 900123`, `0044…`, `+44 (0)7700…`). Null when it cannot be one of its kind.
 */
export function normalValue(kind: EntryKind, value: string): string | null {
  const text = value.trim();
  if (kind === 'EMAIL') return /^\S+@\S+$/.test(text) ? text.toLowerCase() : null;
  if (kind === 'MOBILE_NUMBER') return digitsOf(text);
  return text === '' ? null : text;
}

/** `+44 (0)7700`: the zero in brackets is for calls from inside the country. */
const trunkZero = /^((?:\+|00)?[\s.-]*[1-9]\d{0,2}[\s.-]*)\(0\)/;

function digitsOf(text: string): string | null {
  const digits = text
    .replace(trunkZero, '$1')
    .replaceAll(/[\s().-]/g, '')
    .replace(/^(?:\+|00)/, '');
  return /^[1-9]\d{6,14}$/.test(digits) ? digits : null;
}
