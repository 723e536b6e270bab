/** @once because what a push service answers is written in PostgreSQL, whatever brought the chunk. */
import {
  acceptedOn,
  addProviders,
  completedExecution,
  countOf,
  mutate,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { type Product, startProduct } from '../support/product';

const content = {
  mobilePush: {
    title: 'Hello {{ FirstName }}',
    body: 'A bonus of {{ BonusAmount }}',
    url: 'app://offers',
    onClick: 'DEEPLINK',
    threadId: 'offers',
  },
};

describe('phones of Apple and Google in one campaign', () => {
  let product: Product;

  beforeAll(async () => {
    product = await startProduct();
    await addProviders(product);
  });
  afterAll(() => product?.stop());

  const addApple = async (): Promise<void> => {
    const { endpoints } = product.farEnds;
    const settings = {
      privateKey: endpoints.apnsPrivateKey,
      keyId: endpoints.apnsKeyId,
      teamId: endpoints.apnsTeamId,
      topic: endpoints.apnsTopic,
      baseUrl: endpoints.apnsBaseUrl,
    };
    await mutate(product.graphql, 'createProviderAccount', 'CreateProviderAccountInput', 'providerAccount { id }', {
      provider: 'apns',
      name: 'apns',
      settings: Object.entries(settings).map(([name, value]) => ({ name, value })),
    });
  };
  const tokensAt = (inbox: 'mobilePush' | 'apns') => [...product.farEnds.inbox.recipients(inbox)];

  it('leaves out iPhones with tokens of APNs while there is no account for them, and says so', async () => {
    const stage = await stageCampaign(product, { name: 'Without Apple', content });
    const campaign = await planWithPeople(product, stage, { count: 40, seed: 3, mix: { apns: 1 } });
    const { iphones, androids } = await devices();
    await runAtOptimove(product, stage, campaign.id);
    const { funnel } = await completedExecution(product, stage.connectionId);
    expect({ sent: countOf(funnel, 'SENT'), without: countOf(funnel, 'NOT_ADDRESSABLE') }).toEqual({
      sent: androids,
      without: iphones,
    });
    expect(acceptedOn(funnel, 'MOBILE_PUSH')).toBe(androids);
    const reasons = await product.database.query<{ reason: string }>(
      `SELECT DISTINCT reason FROM recipient WHERE end_state = 'NOT_ADDRESSABLE'`,
    );
    expect(reasons).toEqual([{ reason: 'No provider account is set up for APNS' }]);
    expect(tokensAt('apns')).toEqual([]);
  });

  it('reaches each phone through its own push service, once, and counts both as mobile push', async () => {
    await addApple();
    product.farEnds.inbox.clear();
    const stage = await stageCampaign(product, { name: 'With Apple', content });
    const campaign = await planWithPeople(product, stage, { count: 200, seed: 5, mix: { apns: 1 } });
    await runAtOptimove(product, stage, campaign.id);
    const { id, funnel } = await completedExecution(product, stage.connectionId);
    const { apns, mobilePush } = product.farEnds.inbox.report();
    expect({ received: funnel.received, ended: funnel.ended, sent: funnel.sent }).toEqual({
      received: 200,
      ended: 200,
      sent: 200,
    });
    expect(acceptedOn(funnel, 'MOBILE_PUSH')).toBe(200);
    expect(apns.unique).toBeGreaterThan(0);
    expect(mobilePush.unique).toBeGreaterThan(apns.unique);
    expect(apns.unique + mobilePush.unique).toBe(200);
    expect([apns.duplicates, mobilePush.duplicates]).toEqual([0, 0]);
    expect(tokensAt('apns').every(({ address }) => /^[0-9a-f]{64}$/.test(address))).toBe(true);
    expect(tokensAt('mobilePush').every(({ address }) => address.startsWith('token-'))).toBe(true);
    expect(apns.last[0]).toMatchObject({
      title: expect.stringMatching(/^Hello Player/),
      data: { onClick: 'DEEPLINK' },
      aps: { 'thread-id': 'offers' },
      environment: 'PRODUCTION',
    });
    const accounts = await product.database.query<{ provider: string; count: number }>(
      `SELECT a.provider, count(*)::int AS count FROM delivery d JOIN provider_account a ON a.id = d.account_id
       WHERE d.execution_id = $1 GROUP BY 1 ORDER BY 1`,
      [id],
    );
    expect(accounts).toEqual([
      { provider: 'apns', count: apns.unique },
      { provider: 'fcm', count: mobilePush.unique },
    ]);
  });

  it('loses nobody and repeats nothing while Apple says goodbye and refuses, and leaves cut ones to a person', async () => {
    const stage = await stageCampaign(product, { name: 'Troubled Apple', content });
    const campaign = await planWithPeople(product, stage, { count: 200, seed: 6, mix: { apns: 1 } });
    product.farEnds.inbox.clear();
    await product.control('PUT', '/far-ends/apns/fault', { kind: 'goaway', times: 1 });
    await runAtOptimove(product, stage, campaign.id);
    const goodbye = await completedExecution(product, stage.connectionId);
    expect(goodbye.funnel).toMatchObject({ received: 200, ended: 200, sent: 200 });
    expect(product.farEnds.inbox.report().apns.duplicates).toBe(0);

    await product.control('PUT', '/far-ends/apns/fault', { kind: 'close', times: 1 });
    const second = await planWithPeople(product, stage, { count: 200, seed: 7, mix: { apns: 1 } });
    product.farEnds.inbox.clear();
    await runAtOptimove(product, stage, second.id);
    const cut = await completedExecution(product, stage.connectionId);
    const uncertain = countOf(cut.funnel, 'UNCERTAIN');
    expect(uncertain).toBeGreaterThan(0);
    expect(countOf(cut.funnel, 'SENT') + uncertain).toBe(200);
    const { apns, mobilePush } = product.farEnds.inbox.report();
    expect([apns.duplicates, mobilePush.duplicates]).toEqual([0, 0]);
    expect(apns.unique + mobilePush.unique).toBeGreaterThanOrEqual(countOf(cut.funnel, 'SENT'));
  });

  it('marks a dead token on its device and sends nothing there again', async () => {
    const stage = await stageCampaign(product, { name: 'Gone', content });
    const plan = () => planWithPeople(product, stage, { count: 3, seed: 8, mix: { apns: 1 } });
    const first = await plan();
    const [device] = await product.database.query<{ id: string }>(
      `SELECT d.id FROM device d JOIN profile p ON p.id = d.profile_id WHERE p.user_id LIKE 'A8%' ORDER BY p.user_id LIMIT 1`,
    );
    await product.database.query(
      `UPDATE device SET token = repeat('dead', 16), platform = 'IOS', apns_environment = 'PRODUCTION' WHERE id = $1`,
      [device?.id],
    );
    await runAtOptimove(product, stage, first.id);
    const { funnel } = await completedExecution(product, stage.connectionId);
    expect({ sent: countOf(funnel, 'SENT'), failed: countOf(funnel, 'FAILED') }).toEqual({ sent: 2, failed: 1 });
    const [marked] = await product.database.query(
      'SELECT is_addressable, unreachable_reason FROM device WHERE id = $1',
      [device?.id],
    );
    expect(marked).toEqual({ is_addressable: false, unreachable_reason: expect.stringContaining('Unregistered') });
  });

  const devices = async (): Promise<{ iphones: number; androids: number }> => {
    const [row] = await product.database.query<{ iphones: number; androids: number }>(
      `SELECT (count(*) FILTER (WHERE apns_environment IS NOT NULL))::int AS iphones,
         (count(*) FILTER (WHERE apns_environment IS NULL))::int AS androids FROM device`,
    );
    return row ?? { iphones: 0, androids: 0 };
  };
});
