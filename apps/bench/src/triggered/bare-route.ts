import fastify from 'fastify';
import { Pool as PgPool } from 'pg';
import { Pool } from 'undici';

interface Callback {
  customerID: string;
  templateID: number;
}

/** The bare side: a route that inserts one row, posts one message and answers. No journal, gate, ledger or personal values. */
async function main(): Promise<void> {
  const pool = new PgPool({ connectionString: process.env.DATABASE_URL, max: 20 });
  await pool.query(`CREATE TABLE IF NOT EXISTS bare_trigger (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id text NOT NULL, template_id integer NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now())`);
  const sink = new Pool(process.env.SINK_URL ?? '', { connections: 64 });
  const app = fastify();
  app.post<{ Body: Callback }>('/callback', async ({ body }) => {
    await pool.query('INSERT INTO bare_trigger (customer_id, template_id) VALUES ($1, $2)', [
      body.customerID,
      body.templateID,
    ]);
    const message = {
      token: `token-${body.customerID}`,
      notification: { title: 'Hello', body: 'Your bonus is waiting.' },
      data: { deliveryId: `bare-${body.customerID}` },
    };
    const answer = await sink.request({
      method: 'POST',
      path: '/v1/projects/bench/messages:send',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message }),
    });
    await answer.body.dump();
    return { ok: true };
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  process.send?.({ type: 'ready', url: `${url}/callback` });
}

void main();
