import { OptimoveUnexpectedAnswerError } from './errors';
import { jsonRows } from './json-rows';
import type { Transport } from './transport';
import { isStorable, toWireObject, type WireObject } from './wire';

/** A customer whose attribute changed. */
export interface AttributeChange {
  /** As it is written, blanks and all: customers whose ids differ in them alone are two. */
  customerId: string;
  /** Value of the further attribute that was asked for; null when there is none. */
  userIdValue: string | null;
  /** The value as it is now; null when there is none any more. */
  value: string | null;
}

/** A change that cannot be read. */
export interface UnreadableChange {
  /** Whose change it is, as it is written; null when that cannot be read either. */
  customerId: string | null;
  raw: string;
  reason: string;
}

/** Some changes of an attribute. */
export interface ChangePage {
  changes: AttributeChange[];
  unreadable: UnreadableChange[];
}

const path = 'customers/GetCustomerAttributeChangers';
const longestRaw = 2_000;
const longestId = 255;
const longestValue = 10_000;
/** The call is processing-intensive at Optimove: minutes may pass before the first byte. */
const patienceMs = 15 * 60_000;

/** Who changed an attribute on the newest day, as the answer arrives. @throws {OptimoveError} */
export async function* attributeChanges(
  transport: Transport,
  { attribute, userIdAttribute }: { attribute: string; userIdAttribute: string | null },
): AsyncGenerator<ChangePage> {
  const query = {
    ChangedCustomerAttribute: attribute,
    ...(userIdAttribute ? { CustomerAttributes: userIdAttribute, CustomerAttributesDelimiter: ';' } : {}),
  };
  const text = transport.stream({ lane: 'suppression', method: 'GET', path, query, timeoutMs: patienceMs });
  for await (const rows of jsonRows(text, path)) yield readPage(rows, userIdAttribute !== null);
}

function readPage(rows: unknown[], hasUserId: boolean): ChangePage {
  const page: ChangePage = { changes: [], unreadable: [] };
  for (const raw of rows) {
    const change = readChange(raw, hasUserId);
    if (!('reason' in change)) page.changes.push(change);
    else page.unreadable.push({ ...change, raw: JSON.stringify(raw).slice(0, longestRaw) });
  }
  return page;
}

/** The change, or why it cannot be read. */
function readChange(raw: unknown, hasUserId: boolean): AttributeChange | Omit<UnreadableChange, 'raw'> {
  const wire = toWireObject(raw);
  if (!wire) return { customerId: null, reason: 'The row is not an object' };
  const customerId = wire.writtenId('CustomerID');
  if (customerId === null) return { customerId, reason: 'CustomerID is missing' };
  if (!isStorable(customerId.trim(), longestId)) {
    const reason = `CustomerID holds characters that are no text, or is longer than ${longestId} characters`;
    return { customerId: null, reason };
  }
  const value = finalValue(wire);
  if (value === undefined) return { customerId, reason: 'FinalCustomerAttribute is missing' };
  const userIdValue = hasUserId ? firstOf(wire.get('CustomerAttributes', 'CustomerAttribute')) : null;
  const isUnfit = [value, userIdValue].some((text) => text !== null && !isStorable(text, longestValue));
  if (isUnfit) return { customerId, reason: 'A value holds characters that are no text, or is too long' };
  return { customerId, userIdValue, value };
}

/**
 * Optimove API: the newer answer has FinalCustomerAttribute and null, the older one FinalCustomerAttributes and the
 * text NULL. Undefined when neither is there.
 */
function finalValue(wire: WireObject): string | null | undefined {
  const value = wire.get('FinalCustomerAttribute', 'FinalCustomerAttributes');
  return value === undefined ? undefined : firstOf(value);
}

function firstOf(value: unknown): string | null {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (first === null || first === undefined || first === '' || first === 'NULL') return null;
  return typeof first === 'object' ? JSON.stringify(first) : String(first);
}

/** The day of `GetLastDataUpdate`. @throws {OptimoveUnexpectedAnswerError} when there is none. */
export function dayOf(answer: unknown): string {
  const text = toWireObject(Array.isArray(answer) ? answer[0] : answer)?.text('Date') ?? '';
  const day = /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0];
  if (!day || Number.isNaN(Date.parse(day))) {
    throw new OptimoveUnexpectedAnswerError('general/GetLastDataUpdate was answered without a date');
  }
  return day;
}
