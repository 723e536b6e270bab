import { pipeline } from 'node:stream/promises';
import { Client, Pool as PgPool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { createSynchronousArrayLoader, createSynchronousEnvironment, type TwingSynchronousEnvironment } from 'twing';
import { Pool, request } from 'undici';
import { attributes, type BareTarget, content, pageSize } from './content';

// The least that sends a campaign: pages over HTTP, rows in by COPY, read by id range, rendered, an intent written
// before and a result after each slice, one request per message. No matching, no gate, no fences, no states.
const chunkSize = 1_000;
const sliceSize = 100;
const slicesInFlight = 24;
const connections = 256;

interface Row {
  seq: number;
  customer_id: string;
  attributes: string[];
}

interface Wire {
  CustomerID: string;
  TemplateID: number;
  ScheduledTime: string;
  CustomerAttributes: string[];
}

/** Sends to everybody of a campaign and returns the seconds it took. */
export async function bareChunkLoop(target: BareTarget): Promise<number> {
  const pool = new PgPool({ connectionString: target.databaseUrl, max: 8 });
  await pool.query(`DROP TABLE IF EXISTS bare_recipient, bare_delivery;
    CREATE TABLE bare_recipient (seq serial PRIMARY KEY, customer_id text, template_id int, scheduled_time timestamp, attributes text[]);
    CREATE TABLE bare_delivery (seq int PRIMARY KEY, claimed_at timestamptz DEFAULT now(), result text, message_id text)`);
  const started = performance.now();
  await readPages(target);
  await send(target, pool);
  const seconds = (performance.now() - started) / 1000;
  const { rows } = await pool.query(`SELECT count(*)::int AS count FROM bare_delivery WHERE result = 'ACCEPTED'`);
  await pool.end();
  if (rows[0].count !== target.count) throw new Error(`The bare loop sent ${rows[0].count} of ${target.count}`);
  return seconds;
}

async function readPages(target: BareTarget): Promise<void> {
  for (let skip = 0; ; ) {
    const url = new URL(`${target.endpoint}customers/GetCustomerSendDetailsByChannel`);
    url.search = new URLSearchParams({
      CampaignID: target.campaignId,
      ChannelID: String(target.channelId),
      CustomerAttributes: attributes.join(';'),
      CustomerAttributesDelimiter: ';',
      $top: String(pageSize),
      $skip: String(skip),
    }).toString();
    const answer = await request(url, { headers: { 'x-api-key': target.apiToken } });
    const page = (await answer.body.json()) as Wire[];
    if (page.length === 0) return;
    await copyIn(target, page);
    skip += page.length;
  }
}

async function copyIn(target: BareTarget, page: Wire[]): Promise<void> {
  const client = new Client({ connectionString: target.databaseUrl });
  await client.connect();
  const stream = client.query(
    copyFrom('COPY bare_recipient (customer_id, template_id, scheduled_time, attributes) FROM STDIN'),
  );
  const lines = function* (): Generator<string> {
    for (let at = 0; at < page.length; at += 500)
      yield page
        .slice(at, at + 500)
        .map(copyLine)
        .join('');
  };
  await pipeline(lines, stream);
  await client.end();
}

function copyLine({ CustomerID, TemplateID, ScheduledTime, CustomerAttributes }: Wire): string {
  const values = CustomerAttributes.map((value) => `"${value}"`).join(',');
  return `${CustomerID}\t${TemplateID}\t${ScheduledTime}\t{${values}}\n`;
}

async function send(target: BareTarget, pool: PgPool): Promise<void> {
  const templates = createSynchronousEnvironment(createSynchronousArrayLoader(content));
  const sink = new Pool(target.sinkUrl, { connections });
  const running = new Set<Promise<void>>();
  for (let fromSeq = 1; fromSeq <= target.count; fromSeq += chunkSize) {
    const { rows } = await pool.query<Row>(
      'SELECT seq, customer_id, attributes FROM bare_recipient WHERE seq BETWEEN $1 AND $2 ORDER BY seq',
      [fromSeq, fromSeq + chunkSize - 1],
    );
    for (let at = 0; at < rows.length; at += sliceSize) {
      const slice = sendSlice({ pool, sink, templates }, rows.slice(at, at + sliceSize)).finally(() =>
        running.delete(slice),
      );
      running.add(slice);
      if (running.size >= slicesInFlight) await Promise.race(running);
    }
  }
  await Promise.all(running);
  await sink.close();
}

interface Tools {
  pool: PgPool;
  sink: Pool;
  templates: TwingSynchronousEnvironment;
}

async function sendSlice({ pool, sink, templates }: Tools, rows: Row[]): Promise<void> {
  const messages = rows.map((row) => render(templates, row));
  const seqs = rows.map(({ seq }) => seq);
  await pool.query('INSERT INTO bare_delivery (seq) SELECT unnest($1::int[])', [seqs]);
  const ids = await Promise.all(messages.map((body) => post(sink, body)));
  await pool.query(
    `UPDATE bare_delivery d SET result = 'ACCEPTED', message_id = r.id FROM unnest($1::int[], $2::text[]) AS r(seq, id) WHERE d.seq = r.seq`,
    [seqs, ids],
  );
}

/** The message of one person, as FCM takes it. */
function render(templates: TwingSynchronousEnvironment, row: Row): string {
  const values = Object.fromEntries(attributes.map((name, index) => [name, row.attributes[index]]));
  const notification = { title: templates.render('title', values), body: templates.render('body', values) };
  return JSON.stringify({
    message: { token: `token-${row.customer_id}`, notification, data: { deliveryId: `b${row.seq}` } },
  });
}

async function post(sink: Pool, body: string): Promise<string> {
  const answer = await sink.request({
    method: 'POST',
    path: '/v1/projects/bench/messages:send',
    headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
    body,
  });
  const { name } = (await answer.body.json()) as { name: string };
  return name;
}
