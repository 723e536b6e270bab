import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import timers from 'node:timers/promises';
import {
  defineJob,
  HandlesJob,
  JobHandler,
  type PlatformConfig,
  queueConnection,
  useQueueBackend,
} from '@libs/platform';
import { Worker, type WorkerOptions } from 'bullmq';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { freePort } from '../../support/free-port';

const stopsWithinMs = 10_000;
/** Roles are the server's, which other runs may use at the same time. */
const roleOfNobody = `no_connection_left_${randomBytes(4).toString('hex')}`;

@HandlesJob(defineJob<{ id: string }>({ queue: 'refused.work', id: ({ id }) => id }))
class Handler extends JobHandler<{ id: string }> {
  async handle(): Promise<void> {}
}

interface Inside {
  _getNextJob(...args: unknown[]): Promise<unknown>;
}

describe('a worker whose database refuses connections', () => {
  let database: TestDatabase;
  let worker: Worker;
  let steps: string[];

  beforeAll(async () => {
    database = await createTestDatabase();
    await useQueueBackend({ DATABASE_URL: database.url } as PlatformConfig);
    await database.query(`CREATE ROLE ${roleOfNobody} LOGIN PASSWORD 'x' CONNECTION LIMIT 0`);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await worker.close();
  });
  afterAll(async () => {
    await database.query(`DROP ROLE ${roleOfNobody}`);
    await database.drop();
  });

  function work(address: string): void {
    const options: Partial<WorkerOptions> = Reflect.getMetadata('bullmq:worker_metadata', Handler);
    const connection = queueConnection({ DATABASE_URL: address } as PlatformConfig);
    worker = new Worker('refused.work', async () => undefined, { ...options, connection });
    worker.on('error', ({ message }) => steps.push(message));
    steps = [];
    const inside = worker as unknown as Inside;
    const next = inside._getNextJob.bind(worker);
    inside._getNextJob = (...args) => {
      steps.push('asks');
      return next(...args);
    };
  }

  const asked = (): number => steps.filter((step) => step === 'asks').length;

  it('asks again before a process that stops gives up waiting for it', async () => {
    work(Object.assign(new URL(database.url), { port: String(await freePort()) }).toString());
    await eventually('it asked again', () => asked() > 2, stopsWithinMs);
  });

  it('says that one has no connection left, and pauses before it asks again', async () => {
    const { setTimeout: pause } = timers;
    jest.spyOn(timers, 'setTimeout').mockImplementation((ms, value) => {
      steps.push(`pauses ${ms} ms`);
      return pause(ms, value);
    });
    work(Object.assign(new URL(database.url), { username: roleOfNobody, password: 'x' }).toString());
    await eventually('it asked again', () => asked() > 2, stopsWithinMs);
    const told = `too many connections for role "${roleOfNobody}"`;
    const [first, second] = steps.join().split('asks').slice(1);
    for (const between of [first, second]) expect(between).toMatch(new RegExp(`pauses 1000 ms.*${told}`));
  });
});
