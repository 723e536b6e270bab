import { PostgresConnection } from 'bullmq';
import { forgiveFailedReadiness } from './forgiving-readiness';

type Pool = ConstructorParameters<typeof PostgresConnection>[0];

/** A pool whose connections break off so many times before one stands. */
function poolThatBreaks(times: number): { pool: Pool; asked: () => number } {
  let asked = 0;
  const connect = async (): Promise<never> => {
    asked += 1;
    throw new Error(asked <= times ? 'Connection terminated unexpectedly' : 'A connection at last');
  };
  const nothing = async (): Promise<void> => undefined;
  const pool = { connect, query: nothing, end: nothing, on: () => undefined, options: {} } as unknown as Pool;
  return { pool, asked: () => asked };
}

describe('a queue connection that failed to become ready', () => {
  it('connects anew when it is asked again', async () => {
    forgiveFailedReadiness();
    const { pool, asked } = poolThatBreaks(2);
    const connection = new PostgresConnection(pool);
    await expect(connection.waitUntilReady()).rejects.toThrow('terminated');
    await expect(connection.waitUntilReady()).rejects.toThrow('terminated');
    await expect(connection.waitUntilReady()).rejects.toThrow('at last');
    expect(asked()).toBe(3);
  });
});
