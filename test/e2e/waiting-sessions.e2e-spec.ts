/** @once because messages wait in the worker and in the ledger, whatever brought their chunk. */
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

const answerMs = 150;
/** Five connections, two seconds from the decision to the hand-over, and what arrives beside the message itself. */
const mostBetween = 5 * (2_000 / answerMs) + 15;
const content = {
  email: { fromAddress: 'offers@example.com', fromName: 'Example', subject: 'Hi', html: '<p>{{ FirstName }}</p>' },
};

const push = { mobilePush: { title: 'Hello', body: 'A bonus for {{ FirstName }}' } };

interface Mail {
  at: string;
  deliveryId: string;
}

describe('messages that have to wait', () => {
  let product: Product;
  let stages = 0;

  beforeAll(async () => {
    product = await startProduct();
    await addProviders(product);
  });
  afterAll(() => product?.stop());
  beforeEach(() => product.farEnds.inbox.clear());

  const mails = (): Mail[] => product.farEnds.inbox.report(1_000).email.last as unknown as Mail[];
  const start = async (count: number, given: object = content): Promise<CampaignStage> => {
    stages += 1;
    const stage = await stageCampaign(product, { content: given, name: `Slow ${stages}` });
    const { id } = await planWithPeople(product, stage, { count, seed: stages });
    await runAtOptimove(product, stage, id);
    return stage;
  };

  it('for a connection to a slow mail server are decided again when they waited for more than two seconds, and all arrive once', async () => {
    await product.control('PUT', '/far-ends/email/delay', { ms: answerMs });
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
    // However slow this machine is, no more can arrive within the time that a decision holds.
    const times = arrived.map(({ at }) => Date.parse(at));
    const between = arrived.map(({ at, deliveryId }) => {
      const [from, to] = [claimedAt.get(deliveryId) ?? 0, Date.parse(at)];
      return times.filter((time) => time > from && time < to).length;
    });
    expect(Math.max(...between)).toBeLessThan(mostBetween);
    // Waiting is nobody's fault: it uses no try up.
    expect(Math.max(...claimed.map(({ attempts }) => attempts))).toBe(1);
  });

  it('for a connection do not go out once sending was switched off', async () => {
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

  it('for a provider that is down all go out when it is up again, and lose no try', async () => {
    await product.control('PUT', '/far-ends/mobilePush/fault', { kind: '5xx' });
    const stage = await start(400, push);
    const states = async () => {
      const [row] = await product.database.query<{ retry: number; paused: number }>(
        `SELECT count(*) FILTER (WHERE d.state = 'RETRY')::int AS retry,
           (SELECT count(*)::int FROM execution_chunk c JOIN execution e ON e.id = c.execution_id
            WHERE e.connection_id = $1 AND c.state = 'PENDING' AND c.attempt >= 3) AS paused
         FROM delivery d JOIN execution e ON e.id = d.execution_id WHERE e.connection_id = $1`,
        [stage.connectionId],
      );
      return row;
    };
    await eventually('everybody waits and the account is left alone', async () => {
      const row = await states();
      return row !== undefined && row.retry === 400 && row.paused > 0;
    });
    await product.control('PUT', '/far-ends/mobilePush/fault', { kind: 'none' });
    const { id, funnel } = await completedExecution(product, stage.connectionId, 120_000);
    expect(countOf(funnel, 'SENT')).toBe(400);
    const inbox = product.farEnds.inbox.report(0).mobilePush;
    expect([inbox.received, inbox.duplicates]).toEqual([400, 0]);
    const [row] = await product.database.query<{ most: number }>(
      'SELECT max(attempts) AS most FROM delivery WHERE execution_id = $1',
      [id],
    );
    expect(row?.most).toBe(1);
  });

  it('for a large execution are not those of a small one that was announced later', async () => {
    await product.control('PUT', '/far-ends/mobilePush/delay', { ms: 300 });
    const large = await start(12_000, push);
    await eventually('the large one is on its way', () => product.farEnds.inbox.report(0).mobilePush.received > 100);
    const small = await start(50, push);
    const { funnel } = await completedExecution(product, small.connectionId);
    expect(countOf(funnel, 'SENT')).toBe(50);
    const [row] = await product.database.query<{ state: string; open: number }>(
      `SELECT e.state, (SELECT count(*)::int FROM execution_chunk c WHERE c.execution_id = e.id AND c.fence = 0) AS open
       FROM execution e WHERE e.connection_id = $1`,
      [large.connectionId],
    );
    expect(row?.state).toBe('RUNNING');
    // Chunks of the large one that nobody had taken when the small one was through.
    expect(row?.open).toBeGreaterThan(0);
  });
});
