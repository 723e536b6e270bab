import 'reflect-metadata';
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
const roleOfNobody = 'no_connection_left';

@HandlesJob(defineJob<{ id: string }>({ queue: 'refused.work', id: ({ id }) => id }))
class Handler extends JobHandler<{ id: string }> {
  async handle(): Promise<void> {}
}

/** What a worker does: asks for a job, and pauses. */
interface Inside {
  _getNextJob(...args: unknown[]): Promise<unknown>;
  delay(...args: unknown[]): Promise<void>;
}

describe('a worker whose database refuses connections', () => {
  let database: TestDatabase;
  let worker: Worker;
  let steps: string[];

  beforeAll(async () => {
    database = await createTestDatabase();
    await useQueueBackend({ DATABASE_URL: database.url } as PlatformConfig);
    await database.query(`DROP ROLE IF EXISTS ${roleOfNobody}`);
    await database.query(`CREATE ROLE ${roleOfNobody} LOGIN PASSWORD 'x' CONNECTION LIMIT 0`);
  });
  afterEach(() => worker.close());
  afterAll(async () => {
    await database.query(`DROP ROLE ${roleOfNobody}`);
    await database.drop();
  });

  function work(address: string): void {
    const options: Partial<WorkerOptions> = Reflect.getMetadata('bullmq:worker_metadata', Handler);
    const connection = queueConnection({ DATABASE_URL: address } as PlatformConfig);
    worker = new Worker('refused.work', async () => undefined, { ...options, connection });
    worker.on('error', () => undefined);
    steps = [];
    const inside = worker as unknown as Inside;
    for (const [name, step] of [
      ['_getNextJob', 'asks'],
      ['delay', 'pauses'],
    ] as const) {
      const own = inside[name].bind(worker) as (...args: unknown[]) => Promise<never>;
      inside[name] = (...args) => {
        steps.push(step);
        return own(...args);
      };
    }
  }

  const asked = (): number => steps.filter((step) => step === 'asks').length;

  it('asks again before a process that stops gives up waiting for it', async () => {
    work(Object.assign(new URL(database.url), { port: String(await freePort()) }).toString());
    await eventually('it asked again', () => asked() > 2, stopsWithinMs);
  });

  it('pauses before it asks one again that has no connection left', async () => {
    work(Object.assign(new URL(database.url), { username: roleOfNobody, password: 'x' }).toString());
    await eventually('it asked again', () => asked() > 2, stopsWithinMs);
    expect(steps.slice(0, 4)).toEqual(['asks', 'pauses', 'asks', 'pauses']);
  });
});
