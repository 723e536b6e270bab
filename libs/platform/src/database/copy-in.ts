import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InvariantError } from '@libs/foundation';
import type { PoolClient } from 'pg';
import { from } from 'pg-copy-streams';
import type { Tx } from './transactions';

/** A cell of a COPY row. Objects are written as JSON, arrays of text as PostgreSQL arrays. */
export type CopyValue = string | number | boolean | null | Date | object;

/**
 * Streams rows into a table by COPY inside the transaction and returns how many were written.
 * @param target table with its column list, e.g. `people (id, name)`; must not come from outside.
 */
export async function copyIn(
  tx: Tx,
  target: string,
  rows: Iterable<CopyValue[]> | AsyncIterable<CopyValue[]>,
): Promise<number> {
  const client = (await tx.queryRunner?.connect()) as PoolClient | undefined;
  if (!client) throw new InvariantError('COPY needs a transaction');
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    let batch = '';
    for await (const row of rows) {
      batch += `${row.map(encodeCell).join('\t')}\n`;
      count += 1;
      if (batch.length < 65_536) continue;
      yield batch;
      batch = '';
    }
    if (batch) yield batch;
  }
  await pipeline(Readable.from(lines()), client.query(from(`COPY ${target} FROM STDIN`)));
  return count;
}

const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function encodeCell(value: CopyValue): string {
  if (value === null) return '\\N';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return escapeText(encodeArray(value));
  return escapeText(typeof value === 'string' ? value : JSON.stringify(value));
}

function encodeArray(values: unknown[]): string {
  const items = values.map((item) => {
    if (item === null || item === undefined) return 'NULL';
    return `"${String(item).replace(/(["\\])/g, '\\$1')}"`;
  });
  return `{${items.join(',')}}`;
}

function escapeText(text: string): string {
  // NUL cannot be stored by PostgreSQL in any text type.
  const clean = text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
  return special.test(clean) ? clean.replace(/[\\\t\n\r]/g, (char) => escapes[char] ?? char) : clean;
}
