import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { type BenchRow, compare } from '../report';
import { peopleFile } from './people';

/** What is loaded, and through whom. */
export interface Loading {
  client: Client;
  apiUrl: string;
  key: string;
  count: number;
}

/** Rows per second of a CSV file over HTTP, against COPY of the rows that came of it into a table of the same indexes. */
export async function load({ client, apiUrl, key, count }: Loading): Promise<BenchRow> {
  const begun = performance.now();
  const init = { method: 'POST', body: peopleFile(count), duplex: 'half', headers: { authorization: `Bearer ${key}` } };
  const answer = await fetch(`${apiUrl}/imports/profiles`, init as unknown as RequestInit);
  const sums = (await answer.json()) as { created?: number };
  const ours = count / ((performance.now() - begun) / 1000);
  if (sums.created !== count) throw new Error(`The import made ${JSON.stringify(sums)} of ${count} profiles`);
  const bare = count / (await copySeconds(client));
  return compare({ name: 'profiles loaded/s, against COPY', ours, bare, bar: 0.3, must: 'reach' });
}

async function copySeconds(client: Client): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const file = join(folder, 'profiles');
  try {
    await pipeline(client.query(copyTo('COPY profile TO STDOUT')), createWriteStream(file));
    await client.query('CREATE TABLE bare_profile (LIKE profile INCLUDING ALL)');
    await client.query('CHECKPOINT');
    const begun = performance.now();
    await pipeline(createReadStream(file), client.query(copyFrom('COPY bare_profile FROM STDIN')));
    const seconds = (performance.now() - begun) / 1000;
    await client.query('DROP TABLE bare_profile');
    return seconds;
  } finally {
    await rm(folder, { recursive: true });
  }
}
