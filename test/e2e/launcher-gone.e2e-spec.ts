/** @once because its processes are given no Redis. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';

const script = (name: string): string => join(__dirname, '..', '..', 'dist', 'apps', name, 'src', 'main.js');

describe('a host whose launcher is gone', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const env = (): Record<string, string> => ({
    PATH: process.env.PATH ?? '',
    DATABASE_URL: database.url,
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    PORT: '0',
    SANDBOX_PORT: '0',
  });

  it.each([
    ['api', 'while it starts'],
    ['worker', 'while it starts'],
    ['sandbox', 'while it starts'],
    ['api', 'while it serves'],
    ['worker', 'while it serves'],
    ['sandbox', 'while it serves'],
  ])('ends by itself: the %s, %s', async (name, when) => {
    const child = fork(script(name), { env: env(), silent: true });
    const exited = once(child, 'exit');
    if (when === 'while it serves') {
      await new Promise<void>((resolve) =>
        child.on('message', (message: { type: string }) => {
          if (message.type === 'ready') resolve();
        }),
      );
    }
    child.disconnect();
    await exited;
    await eventually('it is gone', () => child.exitCode !== null || child.signalCode !== null);
  });
});
