import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { type Schema, streams, Type, types } from 'avsc';
import { OptimoveFileError } from '../errors';

/** A record of a file: its values by field name, unions unwrapped. */
export type AvroRecord = Record<string, unknown>;

const largestBlock = 256 * 1024 * 1024;
const inflateBlock = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);

/** 64 bits do not fit a number of JavaScript: what is too large becomes a bigint. */
const exactLong = types.LongType.__with({
  fromBuffer: (bytes: Buffer) => {
    const value = bytes.readBigInt64LE();
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  },
  toBuffer: (value: bigint | number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint' || Number.isSafeInteger(value),
  compare: (one: bigint, other: bigint) => Number(one > other) - Number(one < other),
});

/** Times and days as the texts that Optimove's API gives; in UTC, without a zone. */
function temporal(length: number, toMs: (value: number | bigint) => number): new (schema: Schema) => types.LogicalType {
  return class extends types.LogicalType {
    protected override _fromValue(value: number | bigint): string {
      const time = new Date(toMs(value));
      if (Number.isNaN(time.getTime())) throw new OptimoveFileError('A time of the file is no time');
      return time.toISOString().slice(0, length).replace('T', ' ');
    }
  };
}

class Decimal extends types.LogicalType {
  private readonly scale: number;

  constructor(schema: Schema, options?: object) {
    super(schema, options);
    this.scale = Number((schema as { scale?: number }).scale ?? 0);
  }

  protected override _fromValue(bytes: Buffer): string {
    const unscaled = BigInt.asIntN(bytes.length * 8, BigInt(`0x0${bytes.toString('hex')}`));
    const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(this.scale + 1, '0');
    const whole = digits.slice(0, digits.length - this.scale);
    const sign = unscaled < 0n ? '-' : '';
    return this.scale === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-this.scale)}`;
  }
}

const second = 'YYYY-MM-DD HH:MM:SS'.length;
const day = 'YYYY-MM-DD'.length;
const millis = temporal(second, Number);
const micros = temporal(second, (value) => Math.floor(Number(value) / 1_000));
const logicalTypes = {
  'timestamp-millis': millis,
  'local-timestamp-millis': millis,
  'timestamp-micros': micros,
  'local-timestamp-micros': micros,
  date: temporal(day, (days) => Number(days) * 86_400_000),
  decimal: Decimal,
};

/** A stream that takes the bytes of an Avro object container and gives its records, one block in memory at a time. */
export function avroDecoder(): streams.BlockDecoder {
  return new streams.BlockDecoder({
    codecs: {
      null: (bytes, done) => done(null, bytes),
      deflate: (bytes, done) => {
        inflateBlock(bytes, { maxOutputLength: largestBlock }).then(
          (plain) => done(null, plain),
          (error) => done(error),
        );
      },
    },
    parseHook: typeOf,
  });
}

function typeOf(schema: Schema): Type {
  return Type.forSchema(schema, {
    logicalTypes,
    registry: { long: exactLong },
    wrapUnions: 'always',
    typeHook: longHook,
  });
}

/** `{ "type": "long" }` does not look into the registry. A long with a logical type is left to that. */
function longHook(schema: Schema): Type | undefined {
  const { type, logicalType } = schema as { type?: unknown; logicalType?: string };
  return type === 'long' && logicalType === undefined ? exactLong : undefined;
}

/** A value without the wrappings of its unions, however deep. */
export function unwrapped(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  if (Array.isArray(value)) return value.map(unwrapped);
  const { unwrap } = value as { unwrap?: unknown };
  if (typeof unwrap === 'function') return unwrapped(unwrap.call(value));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, unwrapped(each)]));
}

/** A value as Optimove's API would give it: text or null. */
export function avroText(value: unknown): string | null {
  const plain = unwrapped(value);
  if (plain === null || plain === undefined || plain === '') return null;
  if (Buffer.isBuffer(plain)) return plain.toString('utf8');
  if (typeof plain !== 'object') return String(plain);
  return JSON.stringify(plain, (_name, each) => (typeof each === 'bigint' ? String(each) : each));
}
