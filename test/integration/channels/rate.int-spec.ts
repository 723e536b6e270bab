import { newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { DataSource } from 'typeorm';
import { AccountRate } from '../../../src/channels/delivery/account-rate';
import { RateRepository } from '../../../src/channels/persistence/rate.repository';
import { createTestDatabase, type TestDatabase } from '../../support/database';

const perSecond = 10;
const gapMs = 1000 / perSecond;
/** Each process translates the database's clock to its own, and is off by how long the answer took. */
const clockErrorMs = gapMs / 2;

describe('the rate of a provider account', () => {
  let database: TestDatabase;
  let source: DataSource;
  let transactions: Transactions;
  const book = new RateRepository();
  beforeAll(async () => {
    database = await createTestDatabase();
    source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    transactions = new Transactions(source);
  });
  afterAll(async () => {
    await source?.destroy();
    await database?.drop();
  });

  const rateOf = (accountId: string): AccountRate =>
    new AccountRate(perSecond, (request) => book.book(transactions.pool, { ...request, accountId, perSecond }));
  const soon = (): number => performance.now() + 30_000;
  const take = async (rate: AccountRate, count: number, isUrgent = false): Promise<number[]> => {
    const times: number[] = [];
    while (times.length < count) {
      const room = await rate.reserve({ count: count - times.length, isUrgent, until: soon() });
      times.push(...(room?.takeTimes(count) ?? []));
    }
    return times;
  };

  it('is shared by every process: no two messages go out closer than it allows', async () => {
    const accountId = newId();
    const taken = await Promise.all([rateOf(accountId), rateOf(accountId)].map((rate) => take(rate, 10)));
    const times = taken.flat().sort((one, other) => one - other);
    expect(times).toHaveLength(20);
    const closest = Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
    expect(closest).toBeGreaterThan(gapMs - clockErrorMs);
  });

  it('lets what is urgent pass what waits', async () => {
    const accountId = newId();
    await book.book(transactions.pool, { accountId, count: 3 * perSecond, perSecond, horizonMs: 0 });
    const until = performance.now() + 100;
    const rate = rateOf(accountId);
    const [bulk, urgent] = await Promise.all([
      rate.reserve({ count: 1, isUrgent: false, until }),
      rate.reserve({ count: 1, isUrgent: true, until }),
    ]);
    expect(bulk).toBeNull();
    expect(urgent?.count).toBe(1);
  });

  it('gives room that was not used to whoever asks next', async () => {
    const accountId = newId();
    const rate = rateOf(accountId);
    const first = await rate.reserve({ count: 4, isUrgent: false, until: soon() });
    const [used] = first?.takeTimes(1) ?? [];
    first?.release();
    const [next] = await take(rate, 1);
    expect((next ?? 0) - (used ?? 0)).toBeLessThan(10 * gapMs);
  });
});
