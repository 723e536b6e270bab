import { isStorable } from '@libs/foundation';
import type { FileRow } from '../imports/csv-rows';
import { type ProfileRow, profileFile } from '../imports/profile-rows';
import type { ReadRow } from '../imports/row-reader';

const unstorable = 'A text holds a character that cannot be stored';

/** Columns of Xtremepush's `import/profile` that we know by another name; any other one is an attribute. */
const ourNames: Record<string, string> = {
  user_id: 'userId',
  external_id: 'userId',
  email: 'email',
  mobile_number: 'mobileNumber',
  email_subscription: 'emailSubscription',
  sms_subscription: 'smsSubscription',
  mobile_subscription: 'smsSubscription',
  language: 'language',
  timezone: 'timezone',
  country: 'country',
};

const pairs = [
  { address: 'email', answer: 'email_subscription' },
  { address: 'mobile_number', answer: 'sms_subscription' },
];
const answers: Record<string, string> = {
  '1': 'SUBSCRIBED',
  '0': 'UNSUBSCRIBED',
  true: 'SUBSCRIBED',
  false: 'UNSUBSCRIBED',
};

/** What is wrong with the columns, one sentence each. Xtremepush: an address comes with its subscription. */
export function columnProblems(columns: string[]): string[] {
  const ours = columns.map((column) => ourNames[column] ?? column);
  const twice = columns.filter((_column, index) => ours.indexOf(ours[index] ?? '') !== index);
  const isThere = (name: string): boolean => ours.includes(ourNames[name] ?? name);
  const lonely = pairs.filter(({ address, answer }) => isThere(address) && !isThere(answer));
  return [
    ...(ours.includes('userId') ? [] : ['columns must contain user_id']),
    ...twice.map((column) => `columns names ${column} twice; keep one of them`),
    ...lonely.map(({ address, answer }) => `columns must contain ${answer} together with ${address}`),
  ];
}

/** Reads rows that follow `columns`; a row that cannot be stored comes with its reason. */
export function* rowsOf(columns: string[], rows: unknown[][]): Generator<FileRow<ProfileRow>> {
  const names = columns.map((column) => ourNames[column] ?? column);
  for (const [index, row] of rows.entries()) {
    const at = { line: index + 1, raw: JSON.stringify(row) };
    if (row.length !== names.length) {
      yield { ...at, reason: `The row has ${row.length} values, columns names ${names.length}` };
      continue;
    }
    if (!isStorable(row)) {
      yield { ...at, reason: unstorable };
      continue;
    }
    yield {
      ...at,
      ...profileFile.read(Object.fromEntries(names.map((name, place) => [name, cell(name, row[place])]))),
    };
  }
}

/** Reads what an event says about its person; an address without its subscription leaves that as it is. */
export function profileOf(userId: string, attributes: Record<string, unknown> = {}): ReadRow<ProfileRow> {
  if (!isStorable([userId, attributes])) return { reason: unstorable };
  const cells = Object.entries(attributes).map(([column, value]) => {
    const name = ourNames[column] ?? column;
    return [name, cell(name, value)];
  });
  return profileFile.read({ ...Object.fromEntries(cells), userId });
}

function cell(name: string, value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return name.endsWith('Subscription') ? (answers[text] ?? text) : text;
}
