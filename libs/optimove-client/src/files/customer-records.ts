import { OptimoveFileError } from '../errors';
import type { MalformedRow, RecipientRow } from '../recipients';
import { isStorable } from '../wire';
import { type AvroRecord, avroText } from './avro';
import type { EngagementMetadata } from './metadata';

const longestId = 255;
const longestValue = 65_536;
const longestRaw = 2_000;
/** The name under which content uses promo codes, in small letters. */
const promoCode = 'promocode';

/** Makes rows of the records of a file. */
export type RecordReader = (record: AvroRecord) => { row: RecipientRow } | { malformed: MalformedRow };

/**
 * A reader of records that look like the first one of a file; Optimove publishes no field names, so they are found
 * without regard to case; promo codes are those of the metadata where the files have none. `missing` are the attributes
 * that have no field, and so no value. @throws {OptimoveFileError} when the customer has no field.
 */
export function recordReader(
  first: AvroRecord,
  attributes: string[],
  metadata: EngagementMetadata,
): { read: RecordReader; missing: string[] } {
  const fields = new Map(Object.keys(first).map((name) => [name.toLowerCase(), name]));
  const customerField = fields.get('customerid');
  if (customerField === undefined) throw new OptimoveFileError('The files have no field CustomerID');
  const wanted = attributes.map((name) => fields.get(name.toLowerCase()));
  const ofAll = (name: string) => (name.toLowerCase() === promoCode ? metadata.promotions : null);
  const missing = attributes.filter((name, index) => wanted[index] === undefined && name.toLowerCase() !== promoCode);
  const actionField = fields.get('actionid');
  const read: RecordReader = (record) => {
    const malformed = (reason: string) => ({ malformed: { reason, raw: rawOf(record) } });
    const customerId = avroText(record[customerField])?.trim() ?? '';
    if (customerId === '') return malformed('CustomerID is missing');
    if (customerId.length > longestId) return malformed(`CustomerID is longer than ${longestId} characters`);
    const values = wanted.map((field, index) =>
      field === undefined ? ofAll(attributes[index] ?? '') : avroText(record[field]),
    );
    if ([customerId, ...values].some((text) => text !== null && !isStorable(text, longestValue))) {
      return malformed('A value holds characters that are no text, or is too long');
    }
    const actionId = actionField === undefined ? metadata.actionId : avroText(record[actionField]);
    const { templateId, scheduledTime } = metadata;
    return { row: { customerId, templateId, scheduledTime, attributes: values, actionId } };
  };
  return { read, missing };
}

function rawOf(record: AvroRecord): string {
  const values = Object.entries(record).map(([name, value]) => [name, avroText(value)]);
  return JSON.stringify(Object.fromEntries(values)).slice(0, longestRaw);
}
