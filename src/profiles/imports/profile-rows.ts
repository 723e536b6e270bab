import { isTimeZone } from '@libs/foundation';
import { readSubscription, type Subscription } from '../domain/subscription';
import { longestUserId } from '../domain/user-id';
import type { FileKind, ReadRow } from './row-reader';

/** A profile as a file gives it; null leaves what is stored. */
export interface ProfileRow {
  userId: string;
  email: string | null;
  mobileNumber: string | null;
  emailSubscription: Subscription | null;
  smsSubscription: Subscription | null;
  language: string | null;
  timezone: string | null;
  country: string | null;
  /** Texts of a file; values of any form otherwise. */
  attributes: Record<string, unknown>;
}

const systemColumns = [
  'email',
  'mobileNumber',
  'emailSubscription',
  'smsSubscription',
  'language',
  'timezone',
  'country',
];
const systemSet = new Set(['userId', ...systemColumns]);
const longestValue = 1_000;
const choices = 'SUBSCRIBED, UNSUBSCRIBED or NOT_SET';

/** Files of profiles. Any other column is an attribute; an empty cell leaves what is stored. */
export const profileFile: FileKind<ProfileRow> = {
  kind: 'PROFILES',
  requiredColumns: ['userId'],
  optionalColumns: systemColumns,
  takesOtherColumns: true,
  read: readProfile,
  keyOf: ({ userId }) => userId,
  merge: (earlier, later) => ({
    userId: later.userId,
    email: later.email ?? earlier.email,
    mobileNumber: later.mobileNumber ?? earlier.mobileNumber,
    emailSubscription: later.emailSubscription ?? earlier.emailSubscription,
    smsSubscription: later.smsSubscription ?? earlier.smsSubscription,
    language: later.language ?? earlier.language,
    timezone: later.timezone ?? earlier.timezone,
    country: later.country ?? earlier.country,
    attributes: { ...earlier.attributes, ...later.attributes },
  }),
};

function readProfile(cells: Record<string, string>): ReadRow<ProfileRow> {
  const problem = problemOf(cells);
  if (problem) return problem;
  const text = (column: string): string | null => cells[column]?.trim() || null;
  return {
    row: {
      userId: cells.userId ?? '',
      email: text('email'),
      mobileNumber: text('mobileNumber'),
      emailSubscription: readSubscription(cells.emailSubscription ?? ''),
      smsSubscription: readSubscription(cells.smsSubscription ?? ''),
      language: text('language'),
      timezone: text('timezone'),
      country: text('country'),
      attributes: attributesOf(cells),
    },
  };
}

function attributesOf(cells: Record<string, string>): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const column of Object.keys(cells)) {
    const value = cells[column] ?? '';
    if (value !== '' && !systemSet.has(column)) attributes[column] = value;
  }
  return attributes;
}

interface Problem {
  column: string;
  reason: string;
}

function problemOf(cells: Record<string, string>): Problem | null {
  const { userId = '', email = '', mobileNumber = '' } = cells;
  const problem = (column: string, text: string): Problem => ({ column, reason: `${column} ${text}` });
  if (userId.trim() === '') return problem('userId', 'is empty; every profile needs one');
  if (userId.length > longestUserId) return problem('userId', `is longer than ${longestUserId} characters`);
  if (email.trim() !== '' && !/^[^\s@]+@[^\s@]+$/.test(email.trim()))
    return problem('email', `is not an address: ${email.slice(0, 100)}`);
  if (mobileNumber.trim() !== '' && !/^[1-9]\d{6,14}$/.test(mobileNumber.trim())) {
    const format = 'must be digits with country code, without + and without 00';
    return problem('mobileNumber', `${format}: ${mobileNumber.slice(0, 40)}`);
  }
  for (const column of ['emailSubscription', 'smsSubscription']) {
    const value = cells[column] ?? '';
    if (value !== '' && !readSubscription(value)) return problem(column, `must be ${choices}: ${value.slice(0, 40)}`);
  }
  const zone = cells.timezone?.trim() ?? '';
  if (zone !== '' && !isTimeZone(zone))
    return problem('timezone', `must be an IANA time zone, such as Europe/Malta: ${zone.slice(0, 40)}`);
  const long = Object.keys(cells).find((column) => (cells[column] ?? '').length > longestValue);
  return long === undefined ? null : problem(long, `is longer than ${longestValue} characters`);
}
