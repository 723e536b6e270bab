import type { UnreadableChange } from '@libs/optimove-client';
import type { SuppressionAttribute } from '../domain/sync';
import { readValue, type TypedValue } from '../domain/typed-value';
import { customerKeyOf, valueKeyOf } from '../domain/value-key';
import type { CustomerValue } from '../persistence/customer-value.repository';
import type { Values } from '../persistence/remembered-value.repository';

/** A value as it was given. */
export interface GivenValue {
  /** Null where the user ID says all: the customer ID is the user ID and kept as it is, or a file names nothing else. */
  customerId: string | null;
  /** Null: the customer has no user ID. */
  userId: string | null;
  text: string | null;
}

/** A row that was no value, and whose it is as far as that can be read. */
export type UnreadableRow = UnreadableChange & Pick<GivenValue, 'userId'>;

/** Some values, and rows that were no values. */
export interface GivenPage {
  values: GivenValue[];
  unreadable: UnreadableRow[];
}

/** Values that are applied together. */
export interface Chunk {
  received: number;
  values: Values;
  /** What was said before of user IDs of whom something else was said later. */
  repeats: { userId: string; value: TypedValue | null }[];
  /** User IDs of whom something was said that cannot be read. */
  doubtful: string[];
  /** What is said of each customer of a user ID. */
  customers: Map<string, CustomerValue>;
  /** Customers of whom something was said, under no user ID. */
  unplaced: string[];
  /** Changes that do not say whose they are. */
  unnamed: number;
  rejects: { row: unknown; reason: string }[];
}

/** A chunk of nothing. */
export function emptyChunk(): Chunk {
  const lists = { repeats: [], doubtful: [], unplaced: [], rejects: [] };
  return { ...lists, received: 0, unnamed: 0, values: new Map(), customers: new Map() };
}

/** Adds a page to a chunk. Of the same customer the last value counts. */
export function take(chunk: Chunk, { values, unreadable }: GivenPage, attribute: SuppressionAttribute): void {
  chunk.received += values.length + unreadable.length;
  for (const row of unreadable) takeUnreadable(chunk, row);
  for (const value of values) takeValue(chunk, value, attribute);
}

function takeUnreadable(chunk: Chunk, { customerId, userId: given, raw, reason }: UnreadableRow): void {
  chunk.rejects.push({ row: { raw }, reason });
  const userId = customerKeyOf(given);
  if (userId !== null) chunk.doubtful.push(userId);
  else if (customerId !== null) chunk.unplaced.push(customerId);
  else chunk.unnamed += 1;
}

function takeValue(
  chunk: Chunk,
  { customerId, userId: given, text }: GivenValue,
  { type }: SuppressionAttribute,
): void {
  const refuse = (reason: string) =>
    chunk.rejects.push({ row: { customerId: customerId ?? given, value: text }, reason });
  const userId = customerId === null ? customerKeyOf(given) : valueKeyOf(given);
  if (userId === null) {
    chunk.unplaced.push(customerId ?? given ?? '');
    refuse('The customer has no user ID, or one that no profile can have');
    return;
  }
  const read = readValue(type, text);
  const isDoubtful = 'reason' in read;
  const value = isDoubtful ? null : read.value;
  if (customerId !== null) chunk.customers.set(`${userId}\0${customerId}`, { userId, customerId, value, isDoubtful });
  if (!isDoubtful) {
    const before = chunk.values.get(userId);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(value))
      chunk.repeats.push({ userId, value: before });
    chunk.values.set(userId, value);
    return;
  }
  refuse(read.reason);
  chunk.doubtful.push(userId);
}
