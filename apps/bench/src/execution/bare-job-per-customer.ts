import { createPostgresBackend, Queue, type QueueOptions, setDefaultBackendFactory, Worker } from 'bullmq';
import { Pool as PgPool } from 'pg';
import { createSynchronousArrayLoader, createSynchronousEnvironment } from 'twing';
import { Pool } from 'undici';
import { type BareTarget, content } from './content';

// The usual design: one queue job per customer that does all of the customer's work by itself.
const concurrency = 50;
const addAtOnce = 1_000;

/** Sends to `target.count` customers, one job each, and returns the seconds from the first job to the last result. */
export async function bareJobPerCustomer(target: BareTarget, projectId: string): Promise<number> {
  setDefaultBackendFactory(createPostgresBackend);
  const connection = {
    connectionString: target.databaseUrl,
    schema: 'bare_queue',
    migrate: true,
    max: 4,
  } as QueueOptions['connection'];
  const pool = new PgPool({ connectionString: target.databaseUrl, max: concurrency });
  await pool.query(`DROP TABLE IF EXISTS bare_job_delivery;
    CREATE TABLE bare_job_delivery (customer_id text PRIMARY KEY, claimed_at timestamptz DEFAULT now(), result text, message_id text)`);
  const people = await pool.query<{ user_id: string }>(
    'SELECT user_id FROM profile WHERE project_id = $1 ORDER BY user_id LIMIT $2',
    [projectId, target.count],
  );
  const templates = createSynchronousEnvironment(createSynchronousArrayLoader(content));
  const sink = new Pool(target.sinkUrl, { connections: concurrency });
  const queue = new Queue('bare', { connection });
  await queue.waitUntilReady();
  const started = performance.now();
  for (let at = 0; at < people.rows.length; at += addAtOnce) {
    await queue.addBulk(
      people.rows.slice(at, at + addAtOnce).map(({ user_id: customerId }) => ({
        name: 'send',
        data: { customerId, values: { FirstName: `Player ${customerId}`, BonusAmount: '10', FavouriteGame: 'Slots' } },
        opts: { removeOnComplete: true },
      })),
    );
  }
  let done = 0;
  const worker = await new Promise<Worker>((resolve, reject) => {
    const running = new Worker(
      'bare',
      async ({ data }) => {
        const { rows } = await pool.query<{ token: string }>(
          `SELECT d.token FROM profile p JOIN device d ON d.profile_id = p.id AND d.is_addressable AND d.push_subscription <> 'UNSUBSCRIBED'
           WHERE p.project_id = $1 AND p.user_id = $2`,
          [projectId, data.customerId],
        );
        await pool.query('INSERT INTO bare_job_delivery (customer_id) VALUES ($1)', [data.customerId]);
        const notification = {
          title: templates.render('title', data.values),
          body: templates.render('body', data.values),
        };
        const body = JSON.stringify({
          message: { token: rows[0]?.token, notification, data: { deliveryId: `j${data.customerId}` } },
        });
        const answer = await sink.request({
          method: 'POST',
          path: '/v1/projects/bench/messages:send',
          headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
          body,
        });
        const { name } = (await answer.body.json()) as { name: string };
        await pool.query(`UPDATE bare_job_delivery SET result = 'ACCEPTED', message_id = $2 WHERE customer_id = $1`, [
          data.customerId,
          name,
        ]);
      },
      { connection, concurrency },
    );
    running.on('error', reject);
    running.on('failed', (_job, error) => reject(error));
    running.on('completed', () => {
      done += 1;
      if (done === people.rows.length) resolve(running);
    });
  });
  const seconds = (performance.now() - started) / 1000;
  await worker.close();
  await queue.close();
  await sink.close();
  const { rows } = await pool.query(`SELECT count(*)::int AS count FROM bare_job_delivery WHERE result = 'ACCEPTED'`);
  await pool.end();
  if (rows[0].count !== target.count) throw new Error(`The jobs sent ${rows[0].count} of ${target.count}`);
  return seconds;
}
