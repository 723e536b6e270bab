import { setSystemClock, systemClock } from '@libs/foundation';
import { DatabaseClock, Log, PlatformModule, type Transactions } from '@libs/platform';
import { Test } from '@nestjs/testing';
import { compileContent } from '../../../src/campaigns/domain/content/compile-content';
import type { ExecutionContext } from '../../../src/campaigns/execution/execution-context';
import { renderSlice } from '../../../src/campaigns/execution/render-slice';
import { type LedgerStage, setStage } from './stage';

const minuteMs = 60_000;

describe('the time of a host', () => {
  let stage: LedgerStage;
  beforeAll(async () => {
    stage = await setStage();
    process.env.ENCRYPTION_KEYS = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
  });
  afterEach(() => {
    jest.restoreAllMocks();
    setSystemClock(0);
  });
  afterAll(() => stage?.close());

  const content = compileContent({
    sms: { from: '', text: 'Kick-off in ten minutes' },
    personalisation: { whenMissing: 'EMPTY' },
    expiresAfterMinutes: 5,
  });
  const context = {
    execution: { attributes: [] },
    contents: new Map([['1', content]]),
    senders: new Map([['SMS', {}]]),
  } as unknown as ExecutionContext;

  it('is never ahead of the database, however long it takes to get there: what is due now is due', async () => {
    const { pool } = stage.transactions;
    const busy = {
      query: async (sql: string, parameters: unknown[]): Promise<unknown> => {
        await pool.query('SELECT pg_sleep(0.4)');
        return pool.query(sql, parameters);
      },
    };
    await new DatabaseClock({ pool: busy } as unknown as Transactions, {} as Log).follow();
    const at = systemClock.now();
    const [row] = await stage.database.query<{ isOver: boolean }>('SELECT $1::timestamptz <= now() AS "isOver"', [at]);
    expect(row).toEqual({ isOver: true });
  });

  it.each([10, -10])(
    'is that of the database where its own clock is %s minutes off, so nothing expires by it',
    async (minutes) => {
      const [{ at: dueAt } = { at: new Date(0) }] = await stage.database.query<{ at: Date }>('SELECT now() AS at');
      const hostsOwn = Date.now.bind(Date);
      jest.spyOn(Date, 'now').mockImplementation(() => hostsOwn() + minutes * minuteMs);
      const told = jest.spyOn(Log.prototype, 'event').mockImplementation(() => undefined);
      const host = await Test.createTestingModule({ imports: [PlatformModule] }).compile();
      await host.init();
      await host.close();

      expect(Math.abs(systemClock.now().getTime() - hostsOwn())).toBeLessThan(minuteMs);
      const person = {
        seq: 1,
        customerId: 'c',
        templateId: '1',
        attributes: [],
        dueAt,
        profileId: 'p',
        numberProblem: null,
      };
      const [message] = renderSlice(context, [{ ...person, drops: [] }], new Map());
      expect(message?.drops).toEqual([]);
      expect(told).toHaveBeenCalledWith('host.clock-off', { behindDatabaseMs: expect.any(Number) }, 'error');
    },
  );
});
