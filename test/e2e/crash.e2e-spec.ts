import {
  addProviders,
  completedExecution,
  countOf,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { startHost } from '../support/host';
import { type Product, startProduct } from '../support/product';

const customers = 3_000;
const slicesInFlight = 24;
const sliceSize = 100;

describe('a worker that is killed while it sends', () => {
  let product: Product;

  beforeAll(async () => {
    product = await startProduct();
    await addProviders(product);
  });
  afterAll(() => product?.stop());

  it('leaves nobody without an end, sends nothing twice and doubts only what it had claimed', async () => {
    const content = { mobilePush: { title: 'Hello {{ FirstName }}', body: 'A bonus of {{ BonusAmount }}' } };
    const stage = await stageCampaign(product, { content });
    const campaign = await planWithPeople(product, stage, { count: customers });
    await product.control('PUT', '/far-ends/mobilePush/delay', { ms: 300 });
    await runAtOptimove(product, stage, campaign.id);
    const received = (): number => product.farEnds.inbox.report(0).mobilePush.received;
    await eventually('messages are on their way', () => received() >= 100);

    await product.hosts.worker.kill();
    const receivedBefore = received();
    expect(receivedBefore).toBeLessThan(customers);
    await product.control('PUT', '/far-ends/mobilePush/delay', { ms: 0 });
    product.hosts.worker = await startHost('worker', product.env);
    const { state, funnel } = await completedExecution(product, stage.connectionId, 120_000);

    const inbox = product.farEnds.inbox.report(0).mobilePush;
    const uncertain = countOf(funnel, 'UNCERTAIN');
    expect(state).toBe('COMPLETED');
    expect(countOf(funnel, 'SENT') + uncertain).toBe(customers);
    expect(inbox.duplicates).toBe(0);
    expect(uncertain).toBeLessThanOrEqual(slicesInFlight * sliceSize);
    expect(inbox.unique).toBeGreaterThanOrEqual(countOf(funnel, 'SENT'));
    expect(inbox.unique).toBeLessThanOrEqual(customers);
  });
});
