import { type PlatformConfig, queueConnection, useQueueBackend } from '@libs/platform';
import { Queue, Worker } from 'bullmq';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';

/** More than there are connections. */
const names = Array.from({ length: 12 }, (_, index) => `queue-${index}`);

describe('the queues of a process, on PostgreSQL', () => {
  let database: TestDatabase;
  let queues: Queue[];
  let workers: Worker[];
  const done: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    const config = { DATABASE_URL: database.url } as PlatformConfig;
    await useQueueBackend(config);
    queues = names.map((name) => new Queue(name, { connection: queueConnection(config) }));
    workers = names.map(
      (name) =>
        new Worker(name, async ({ data }) => void done.push(`${name} ${data.round}`), {
          connection: queueConnection(config),
        }),
    );
    for (const queue of queues) queue.on('error', () => undefined);
    for (const worker of workers) worker.on('error', () => undefined);
  });
  afterAll(async () => {
    await close();
    await database.drop();
  });

  const close = async (): Promise<void> => {
    await Promise.all([...queues, ...workers].map((each) => each.close()));
  };
  const connections = async (): Promise<{ all: number; listening: number }> => {
    const [row] = await database.query<{ all: number; listening: number }>(
      `SELECT count(*)::int AS all, count(*) FILTER (WHERE query ILIKE '%listen bullmq_jobs%')::int AS listening
       FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    return row ?? { all: 0, listening: 0 };
  };
  const work = async (round: string, of = queues): Promise<void> => {
    const wanted = of.map(({ name }) => `${name} ${round}`);
    await Promise.all(of.map((queue) => queue.add('work', { round })));
    await eventually(`all is done: ${round}`, () => wanted.every((each) => done.includes(each)));
  };

  it('share nine connections, on one of which they listen', async () => {
    await work('at first');
    await eventually('they listen', async () => (await connections()).listening > 0);
    await work('heard of');
    const { all, listening } = await connections();
    expect(all).toBeLessThanOrEqual(9);
    expect(listening).toBe(1);
  });

  it('connect anew when all of them break off, and hear of work again', async () => {
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await eventually('somebody listens again', async () => (await connections()).listening === 1);
    await work('after the break');
  });

  it('do not wait for one whose statements hang', async () => {
    const [stuck, ...others] = queues as [Queue, ...Queue[]];
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query(
      `INSERT INTO queue.job (queue, id, seq, name, added_at_ms, state) VALUES ($1, 'held', 1, 'work', 0, 'completed')`,
      [stuck.name],
    );
    const hanging = names.map(() => stuck.add('work', { round: 'late' }, { jobId: 'held' }));
    await work('beside the stuck one', others).finally(() => holder.end());
    await Promise.all(hanging);
    await eventually('the stuck one goes on', () => done.includes(`${stuck.name} late`));
  });

  it('close them with the last of them', async () => {
    await close();
    await eventually('nobody is connected', async () => (await connections()).all === 0);
  });
});
