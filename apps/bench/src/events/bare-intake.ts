import fastify from 'fastify';
import { Pool } from 'pg';

/** The bare side: a route that inserts one row per request and answers a picture. */
async function main(): Promise<void> {
  const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 20 });
  await pool.query(`CREATE TABLE IF NOT EXISTS bare_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, execution_id uuid NOT NULL, seq integer NOT NULL, kind text NOT NULL,
    user_agent text, occurred_at timestamptz NOT NULL)`);
  await pool.query(`CREATE TABLE IF NOT EXISTS bare_receipt (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, message_id text NOT NULL, status text NOT NULL, occurred_at timestamptz NOT NULL)`);
  const insertReceipt = 'INSERT INTO bare_receipt (message_id, status, occurred_at) VALUES ($1, $2, now())';
  const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
  const app = fastify();
  const insert =
    'INSERT INTO bare_event (execution_id, seq, kind, user_agent, occurred_at) VALUES ($1, $2, $3, $4, now())';
  app.get<{ Params: { kind: string; executionId: string; seq: string } }>(
    '/:kind/:executionId/:seq',
    async ({ params, headers }, reply) => {
      await pool.query(insert, [params.executionId, Number(params.seq), params.kind, headers['user-agent']]);
      return params.kind === 'c'
        ? reply.redirect('https://example.com/', 302)
        : reply.type('image/gif').header('cache-control', 'no-store').send(pixel);
    },
  );
  // A webhook of a mail provider: one event in a JSON body.
  app.post<{ Body: { 'event-data': { event: string; message: { headers: { 'message-id': string } } } } }>(
    '/r',
    async ({ body }, reply) => {
      const { event, message } = body['event-data'];
      await pool.query(insertReceipt, [message.headers['message-id'], event]);
      return reply.send();
    },
  );
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  process.send?.({ type: 'ready', url });
}

void main();
