import { newId } from '@libs/foundation';
import { CampaignsConfig } from '../../../src/campaigns/campaigns.config';
import { TriggeredBudget } from '../../../src/campaigns/execution/triggered-budget';
import { TriggeredBudgetRepository } from '../../../src/campaigns/persistence/ledger/triggered-budget.repository';
import { type LedgerStage, setStage } from './stage';

const perMinute = 100;
const unlimited = (id: string) => ({ id, triggeredPerMinute: null });

describe('triggered messages of a connection', () => {
  let stage: LedgerStage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage?.close());

  const minute = async (): Promise<string> => {
    const [row] = await stage.database.query<{ minute: string }>(`SELECT date_trunc('minute', now())::text AS minute`);
    return row?.minute ?? '';
  };
  const processes = (): TriggeredBudget[] => {
    const config = Object.assign(new CampaignsConfig(), { TRIGGERED_PER_MINUTE: perMinute });
    return [1, 2].map(() => new TriggeredBudget(new TriggeredBudgetRepository(stage.transactions), config));
  };
  async function takeAll(connectionId: string): Promise<number> {
    let [sum, empty] = [0, 0];
    const all = processes();
    while (empty < all.length) {
      const taken = await Promise.all(all.map((budget) => budget.take(unlimited(connectionId), 7)));
      sum += taken.reduce((one, other) => one + other, 0);
      empty = taken.filter((count) => count === 0).length;
    }
    return sum;
  }

  it('go on as long as the minute has room, whatever process they are in', async () => {
    let [before, after, sum] = ['', '-', 0];
    // Once more when a minute ended in between.
    while (before !== after) {
      before = await minute();
      sum = await takeAll(newId());
      after = await minute();
    }
    expect(sum).toBe(perMinute);
  });

  it('keep to the limit of their connection where it has one', async () => {
    const [budget] = processes();
    const connection = { id: newId(), triggeredPerMinute: 7 };
    let sum = 0;
    for (let taken = 1; taken > 0 && sum < 15; sum += taken) taken = (await budget?.take(connection, 5)) ?? 0;
    expect([7, 14]).toContain(sum);
  });

  it('leave room that was given back', async () => {
    const [budget] = processes();
    const connectionId = newId();
    const taken = (await budget?.take(unlimited(connectionId), 3)) ?? 0;
    budget?.giveBack(connectionId, taken);
    expect(await budget?.take(unlimited(connectionId), 5)).toBe(5);
  });

  it('use the whole minute, however slowly they come', async () => {
    const [budget] = processes();
    const connectionId = newId();
    let sum = 0;
    for (let block = 0; block < 30; block += 1) {
      sum += (await budget?.take(unlimited(connectionId), 1)) ?? 0;
      jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 2_001);
    }
    jest.restoreAllMocks();
    expect(sum).toBe(30);
  });
});
