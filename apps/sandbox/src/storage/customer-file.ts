import { type Schema, streams } from 'avsc';
import { audienceRows } from '../customers/audience';
import { attributeNames } from '../customers/customer';
import { type Engagement, engagementRows } from './engagement';

const longs = new Set(['BonusAmount']);
const schema = {
  type: 'record',
  name: 'Customer',
  namespace: 'optigration',
  fields: ['CustomerID', ...attributeNames].map((name) => ({
    name,
    type: ['null', longs.has(name) ? 'long' : 'string'],
    default: null,
  })),
};
/** The same bytes whenever the file is made. */
const syncMarker = Buffer.from('optigration-sync');

/**
 * The bytes of a file of customers: an Avro object container with deflate. Every row is made when it is asked for.
 * @param isShort leaves out its last row.
 */
export async function customerFile(engagement: Engagement, fileNo: number, isShort: boolean): Promise<Buffer> {
  const from = (fileNo - 1) * engagement.rowsPerFile;
  const to = Math.min(from + engagement.rowsPerFile, engagementRows(engagement)) - (isShort ? 1 : 0);
  const encoder = new streams.BlockEncoder(schema as Schema, { codec: 'deflate', syncMarker });
  const parts: Buffer[] = [];
  encoder.on('data', (part: Buffer) => parts.push(part));
  const done = new Promise<void>((resolve, reject) => encoder.once('end', resolve).once('error', reject));
  for (const record of records(engagement, from, to)) encoder.write(record);
  encoder.end();
  await done;
  return Buffer.concat(parts);
}

function* records({ campaign, templateIndex }: Engagement, from: number, to: number): Generator<object> {
  const templates = campaign.templateIds.length;
  for (let index = from; index < to; index += 1) {
    for (const row of audienceRows(campaign.audience, index * templates + templateIndex, 1)) {
      if (row.kind === 'malformed') yield { ...nothing, CustomerID: null };
      else yield { CustomerID: row.customer.customerId, ...valuesOf(row.customer.attributes) };
    }
  }
}

const nothing = Object.fromEntries(attributeNames.map((name) => [name, null]));

function valuesOf(attributes: Record<string, string | null>): object {
  const values = attributeNames.map((name) => {
    const value = attributes[name] ?? null;
    return [name, value !== null && longs.has(name) ? Number(value) : value] as const;
  });
  return Object.fromEntries(values);
}
