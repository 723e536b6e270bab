import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { BenchProcess } from '../processes';
import { type BenchRow, compare } from '../report';
import { type People, peopleFile } from './people';

/** What is loaded, and through whom. */
export interface Loading {
  client: Client;
  api: BenchProcess;
  apiUrl: string;
  count: number;
}

/**
 * Rows per second of CSV files over HTTP, against COPY of the rows that came of them into a table of the same keys,
 * indexes and checks; both read files that lie ready. And how the memory of the api grows from a tenth of them to all.
 */
export async function load({ client, api, apiUrl, count }: Loading): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const tenth = Math.ceil(count / 10);
    const send = (people: People): Promise<number> => importSeconds({ client, api, apiUrl, folder }, people);
    let seconds = await send({ first: 0, before: tenth });
    const small = api.peakRssMiB();
    seconds += await send({ first: tenth, before: count });
    const peak = api.peakRssMiB();
    const bare = count / (await copySeconds(client, folder));
    return [
      compare({ name: 'profiles loaded/s, against COPY', ours: count / seconds, bare, bar: 0.3, must: 'reach' }),
      compare({ name: 'api peak MiB, against a tenth', ours: peak, bare: small, bar: 1.3, must: 'stay under' }),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function importSeconds(
  { client, api, apiUrl, folder }: Omit<Loading, 'count'> & { folder: string },
  people: People,
): Promise<number> {
  const file = join(folder, 'people.csv');
  await pipeline(peopleFile(people), createWriteStream(file));
  await client.query('CHECKPOINT');
  const begun = performance.now();
  const headers = { authorization: `Bearer ${String(api.said.key)}` };
  const init = { method: 'POST', body: createReadStream(file), duplex: 'half', headers };
  const answer = await fetch(`${apiUrl}/imports/profiles`, init as unknown as RequestInit);
  const sums = (await answer.json()) as { created?: number };
  const seconds = (performance.now() - begun) / 1000;
  const expected = people.before - people.first;
  if (sums.created !== expected) throw new Error(`The import made ${JSON.stringify(sums)} of ${expected} profiles`);
  return seconds;
}

async function copySeconds(client: Client, folder: string): Promise<number> {
  const file = join(folder, 'profiles');
  await pipeline(client.query(copyTo('COPY profile TO STDOUT')), createWriteStream(file));
  await client.query('CREATE TABLE bare_profile (LIKE profile INCLUDING ALL)');
  await client.query('CHECKPOINT');
  const begun = performance.now();
  await pipeline(createReadStream(file), client.query(copyFrom('COPY bare_profile FROM STDIN')));
  const seconds = (performance.now() - begun) / 1000;
  await client.query('DROP TABLE bare_profile');
  return seconds;
}
