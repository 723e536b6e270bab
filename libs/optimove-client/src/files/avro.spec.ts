import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Schema, streams, Type, types } from 'avsc';
import { type AvroRecord, avroDecoder, avroText } from './avro';

const exact = types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: () => 0,
});

/** So that the schema in the file names the logical type. */
class Same extends types.LogicalType {
  protected override _export(attributes: Schema): void {
    Object.assign(attributes as object, { scale: 2 });
  }
  protected override _fromValue(value: unknown): unknown {
    return value;
  }
  protected override _toValue(value: unknown): unknown {
    return value;
  }
}

/** Writes one record with one field and reads its text. */
async function textOf(schema: unknown, value: unknown): Promise<string | null> {
  const type = Type.forSchema(
    { type: 'record', name: 'Customer', fields: [{ name: 'value', type: schema }] } as Schema,
    {
      wrapUnions: 'always',
      registry: { long: exact },
      typeHook: (each) => (JSON.stringify(each) === '{"type":"long"}' ? exact : undefined),
      logicalTypes: { 'timestamp-millis': Same, 'timestamp-micros': Same, date: Same, decimal: Same },
    },
  );
  const encoder = new streams.BlockEncoder(type as unknown as Schema, { codec: 'deflate' });
  encoder.end({ value });
  const [record] = await decoded(encoder);
  return avroText(record?.value);
}

async function decoded(bytes: NodeJS.ReadableStream): Promise<AvroRecord[]> {
  const records: AvroRecord[] = [];
  await pipeline(bytes, avroDecoder(), async (source: AsyncIterable<AvroRecord>) => {
    for await (const record of source) records.push(record);
  });
  return records;
}

describe('a value of an Avro file', () => {
  it.each([
    ['a text', 'string', 'Ann', 'Ann'],
    ['an empty text', 'string', '', null],
    ['a number', 'int', -7, '-7'],
    ['a fraction', 'double', 2.5, '2.5'],
    ['a truth', 'boolean', false, 'false'],
    ['a long above 2^53', 'long', 9_007_199_254_740_993n, '9007199254740993'],
    ['the smallest long', { type: 'long' }, -9_223_372_036_854_775_808n, '-9223372036854775808'],
    ['a union with a text', ['null', 'string'], { string: 'UK' }, 'UK'],
    ['a union with nothing', ['null', 'string'], null, null],
    ['a union of numbers', ['null', 'int', 'long'], { long: 12n }, '12'],
    ['a time in ms', { type: 'long', logicalType: 'timestamp-millis' }, 1_777_867_494_999, '2026-05-04 04:04:54'],
    [
      'a time in µs in a union',
      ['null', { type: 'long', logicalType: 'timestamp-micros' }],
      { long: 1_777_867_494_999_999 },
      '2026-05-04 04:04:54',
    ],
    ['a day', { type: 'int', logicalType: 'date' }, 20_577, '2026-05-04'],
    ['a day before 1970', { type: 'int', logicalType: 'date' }, -1, '1969-12-31'],
    [
      'a decimal',
      { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 },
      Buffer.from([0xff, 0x85]),
      '-1.23',
    ],
    ['bytes', 'bytes', Buffer.from('Zoë'), 'Zoë'],
    ['an enumeration', { type: 'enum', name: 'Tier', symbols: ['GOLD', 'LEAD'] }, 'GOLD', 'GOLD'],
    ['a list', { type: 'array', items: ['null', 'string'] }, [{ string: 'a' }, null], '["a",null]'],
    ['a map with longs', { type: 'map', values: 'long' }, { of: 9_007_199_254_740_993n }, '{"of":"9007199254740993"}'],
    [
      'a record',
      { type: 'record', name: 'Inner', fields: [{ name: 'unwrap', type: ['null', 'int'] }] },
      { unwrap: { int: 3 } },
      '{"unwrap":3}',
    ],
  ])('reads %s', async (_name, schema, value, expected) => {
    expect(await textOf(schema, value)).toBe(expected);
  });

  it('is refused when the file is something else', async () => {
    await expect(decoded(Readable.from([Buffer.from('<html>not Avro</html>')]))).rejects.toThrow();
  });
});
