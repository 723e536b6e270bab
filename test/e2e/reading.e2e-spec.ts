/** @once because between two pages stands a commit, not a job. */
import {
  addProviders,
  completedExecution,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { type Product, startProduct } from '../support/product';

describe('reading the recipients', () => {
  let product: Product;
  const asked: { skip: number; committed: number }[] = [];

  beforeAll(async () => {
    product = await startProduct({
      sandbox: {
        onCall: async (path, query) => {
          if (!path.includes('GetCustomerSendDetailsByChannel')) return;
          const [row] = await product.database.query<{ committed: number }>(
            'SELECT coalesce(sum(received), 0)::int AS committed FROM execution_page',
          );
          asked.push({ skip: Number(query.$skip), committed: row?.committed ?? -1 });
        },
      },
    });
    await addProviders(product);
  });
  afterAll(() => product?.stop());

  it('asks for a page only when the one before is committed', async () => {
    const stage = await stageCampaign(product, { connection: { pageSize: 30 } });
    const campaign = await planWithPeople(product, stage, { count: 100 });
    await runAtOptimove(product, stage, campaign.id);
    const { state, funnel } = await completedExecution(product, stage.connectionId);

    expect({ state, received: funnel.received }).toEqual({ state: 'COMPLETED', received: 100 });
    expect(asked).toEqual([0, 30, 60, 90, 100].map((skip) => ({ skip, committed: skip })));
  });
});
