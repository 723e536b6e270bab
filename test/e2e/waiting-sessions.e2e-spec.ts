import {
  addProviders,
  type CampaignStage,
  completedExecution,
  countOf,
  mutate,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { type Product, startProduct } from '../support/product';

jest.setTimeout(180_000);

/** From the decision to the last byte at the far end: 2 s to the first byte, and what the way and the answer take. */
const longestMs = 3_500;
const content = {
  email: { fromAddress: 'offers@example.com', fromName: 'Example', subject: 'Hi', html: '<p>{{ FirstName }}</p>' },
};

interface Mail {
  at: string;
  deliveryId: string;
}

describe('messages that wait for a connection to a slow mail server', () => {
  let product: Product;
  let stages = 0;

  beforeAll(async () => {
    product = await startProduct();
    await addProviders(product);
  });
  afterAll(() => product?.stop());
  beforeEach(() => product.farEnds.inbox.clear());

  const mails = (): Mail[] => product.farEnds.inbox.report(1_000).email.last as unknown as Mail[];
  const start = async (count: number): Promise<CampaignStage> => {
    stages += 1;
    const stage = await stageCampaign(product, { content, name: `Slow ${stages}` });
    const { id } = await planWithPeople(product, stage, { count, seed: stages });
    await runAtOptimove(product, stage, id);
    return stage;
  };

  it('are decided again when they waited for more than two seconds, and all arrive once', async () => {
    await product.control('PUT', '/far-ends/email/delay', { ms: 150 });
    const stage = await start(180);
    const { id, funnel } = await completedExecution(product, stage.connectionId, 120_000);
    expect(countOf(funnel, 'SENT')).toBe(180);
    const claimed = await product.database.query<{ id: string; claimed: Date; attempts: number }>(
      `SELECT execution_id || '.' || seq || '.E.' || address_key AS id, claimed_at AS claimed, attempts FROM delivery WHERE execution_id = $1`,
      [id],
    );
    const claimedAt = new Map(claimed.map((row) => [row.id, row.claimed.getTime()]));
    const arrived = mails();
    expect(new Set(arrived.map(({ deliveryId }) => deliveryId)).size).toBe(180);
    expect(arrived).toHaveLength(180);
    const waits = arrived.map(({ at, deliveryId }) => Date.parse(at) - (claimedAt.get(deliveryId) ?? 0));
    expect(Math.max(...waits)).toBeLessThan(longestMs);
    // Waiting is nobody's fault: it uses no try up.
    expect(Math.max(...claimed.map(({ attempts }) => attempts))).toBe(1);
    const seconds =
      Math.max(...arrived.map(({ at }) => Date.parse(at))) - Math.min(...arrived.map(({ at }) => Date.parse(at)));
    expect(seconds).toBeGreaterThan(longestMs);
  });

  it('do not go out once sending was switched off', async () => {
    await product.control('PUT', '/far-ends/email/delay', { ms: 400 });
    const stage = await start(300);
    await eventually('the first mails arrived', () => mails().length >= 5);
    const { handedOver } = await mutate<{ handedOver: number }>(
      product.graphql,
      'switchSendingOff',
      'SwitchSendingOffInput',
      'handedOver',
      { scope: 'CONNECTION', scopeId: stage.connectionId, reason: 'Wrong picture' },
    );
    const stoppedAt = Date.now();
    expect(handedOver).toBeGreaterThan(0);
    await eventually(
      'nothing is claimed any more',
      async () => {
        const [row] = await product.database.query<{ count: number }>(
          `SELECT count(*)::int AS count FROM delivery WHERE state = 'CLAIMED'`,
        );
        return row?.count === 0;
      },
      60_000,
    );
    const late = mails().filter(({ at }) => Date.parse(at) > stoppedAt + 5_000);
    expect(late).toEqual([]);
    expect(mails().length).toBeLessThan(300);
  });
});
