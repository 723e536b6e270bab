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

@HandlesJob(defineJob<{ id: string }>({ queue: 'refused.work', id: ({ id }) => id }))
class Handler extends JobHandler<{ id: string }> {
  async handle(): Promise<void> {}
}

describe('a worker whose database refuses connections', () => {
  let database: TestDatabase;
  let worker: Worker;
  let tries = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    await useQueueBackend({ DATABASE_URL: database.url } as PlatformConfig);
    const away = Object.assign(new URL(database.url), { port: String(await freePort()) }).toString();
    const options: Partial<WorkerOptions> = Reflect.getMetadata('bullmq:worker_metadata', Handler);
    const connection = queueConnection({ DATABASE_URL: away } as PlatformConfig);
    worker = new Worker('refused.work', async () => undefined, { ...options, connection });
    worker.on('error', () => undefined);
    const inside = worker as unknown as { _getNextJob: (...args: unknown[]) => Promise<unknown> };
    const next = inside._getNextJob.bind(worker);
    inside._getNextJob = (...args) => {
      tries += 1;
      return next(...args);
    };
  });
  afterAll(async () => {
    await worker.close();
    await database.drop();
  });

  it('asks again before a process that stops gives up waiting for it', async () => {
    await eventually('it asked again', () => tries > 2, stopsWithinMs);
  });
});
