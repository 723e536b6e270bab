/** @once because what is encrypted, and for whom, is settled by the gate and the provider; no queue carries a message. */
import { createECDH, type ECDH, randomBytes } from 'node:crypto';
import { decrypt } from '../../apps/sandbox/src/far-ends/webpush/decrypt';
import {
  acceptedOn,
  addProviders,
  type CampaignStage,
  completedExecution,
  countOf,
  mutate,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { type Product, startProduct } from '../support/product';

const count = 30;
const withKeys = 5;
const content = {
  mobilePush: {
    ...{ title: 'Hello {{ FirstName }}', body: 'A bonus of {{ BonusAmount }} waits', url: 'app://bonus' },
    ...{ isEncrypted: true, coverTitle: 'Casino', coverBody: 'You have a message' },
  },
};

describe('a campaign of encrypted push messages', () => {
  let product: Product;
  let stage: CampaignStage;
  let planned: { id: string };
  const apps = new Map<string, { pair: ECDH; auth: Buffer }>();

  beforeAll(async () => {
    product = await startProduct();
    await addProviders(product);
    stage = await stageCampaign(product, { content });
    planned = await planWithPeople(product, stage, { count, seed: 4 });
    const { sdkKey } = await mutate<{ sdkKey: string }>(product.graphql, 'createApp', 'CreateAppInput', 'sdkKey', {
      ...{ name: 'Casino', platform: 'ANDROID' },
    });
    const people = await product.database.query<{ userId: string }>(
      `SELECT user_id AS "userId" FROM profile WHERE user_id IS NOT NULL ORDER BY user_id LIMIT ${withKeys}`,
    );
    for (const { userId } of people) await install(sdkKey, userId);
  });
  afterAll(() => product?.stop());

  const sdk = async <T>(method: string, path: string, headers: Record<string, string>, body: object): Promise<T> => {
    const json = { 'content-type': 'application/json', ...headers };
    const answer = await fetch(`${product.apiUrl}/sdk/v1/${path}`, {
      method,
      headers: json,
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };

  /** Another phone of a person, whose app makes keys and keeps them. */
  async function install(sdkKey: string, userId: string): Promise<void> {
    const app = { pair: createECDH('prime256v1'), auth: randomBytes(16) };
    const encryptionKeys = { p256dh: app.pair.generateKeys('base64url'), auth: app.auth.toString('base64url') };
    const facts = { installationId: `phone-of-${userId}`, pushToken: `token-of-${userId}`, encryptionKeys };
    const { deviceSecret } = await sdk<{ deviceSecret: string }>('POST', 'devices', { 'x-app-key': sdkKey }, facts);
    await sdk('PUT', 'device/user', { authorization: `Bearer ${deviceSecret}` }, { userId });
    apps.set(facts.pushToken, app);
  }

  it('says at the review which share of the phones has no keys', async () => {
    const { campaign } = await product.graphql<{ campaign: { findings: { path: string[]; message: string }[] } }>(
      'query ($id: ID!) { campaign(id: $id) { findings { path code message } } }',
      { id: stage.campaignId },
    );
    expect(campaign.findings).toContainEqual({
      ...{ path: ['content', 'mobilePush', 'isEncrypted'], code: 'LEAVES_OUT' },
      message: expect.stringMatching(new RegExp(`^${Math.floor((count * 100) / (count + withKeys))} % of the phones`)),
    });
  });

  it('is previewed as the app will show it, with its cover and the size of the encrypted message', async () => {
    const { previewCampaign } = await product.graphql<{ previewCampaign: { mobilePush: { payloadBytes: number } } }>(
      `query ($input: PreviewCampaignInput!) { previewCampaign(input: $input) {
         mobilePush { title isEncrypted coverTitle coverBody payloadBytes } } }`,
      { input: { id: stage.campaignId, values: [{ name: 'FirstName', value: 'Kim' }] } },
    );
    expect(previewCampaign.mobilePush).toEqual({
      ...{ title: 'Hello Kim', isEncrypted: true, coverTitle: 'Casino', coverBody: 'You have a message' },
      payloadBytes: expect.any(Number),
    });
    expect(previewCampaign.mobilePush.payloadBytes).toBeGreaterThan(400);
  });

  it('comes to the apps that have keys, in a form that the push service cannot read, and to no other', async () => {
    await runAtOptimove(product, stage, planned.id);
    const { id, funnel } = await completedExecution(product, stage.connectionId);
    expect({ sent: countOf(funnel, 'SENT'), without: countOf(funnel, 'NOT_ADDRESSABLE') }).toEqual({
      ...{ sent: withKeys, without: count - withKeys },
    });
    expect(acceptedOn(funnel, 'MOBILE_PUSH')).toBe(withKeys);
    const reasons = await product.database.query(
      `SELECT DISTINCT reason FROM recipient WHERE execution_id = $1 AND end_state = 'NOT_ADDRESSABLE'`,
      [id],
    );
    expect(reasons).toEqual([{ reason: 'The app on this device has no keys for encrypted messages' }]);

    const { mobilePush } = product.farEnds.inbox.report(100);
    expect(mobilePush.last.map(({ token }) => token).sort()).toEqual([...apps.keys()].sort());
    expect(JSON.stringify(mobilePush.last)).not.toMatch(/Hello|bonus/i);
    for (const { token, title, body, data } of mobilePush.last) {
      const app = apps.get(token) ?? { pair: createECDH('prime256v1'), auth: randomBytes(16) };
      expect({ title, body }).toEqual({ title: 'Casino', body: 'You have a message' });
      const opened = decrypt(Buffer.from(data.encrypted ?? '', 'base64url'), {
        ...app,
        ...{ endpoint: '', applicationServerKey: null },
      });
      expect(JSON.parse(opened ?? 'null')).toEqual({
        title: expect.stringMatching(/^Hello \S+/),
        body: expect.stringMatching(/^A bonus of \S+ waits$/),
        data: { url: 'app://bonus' },
      });
    }
  });

  it('is tested on phones that have keys, and on no other of the same person', async () => {
    const [person] = await product.database.query<{ id: string }>(
      `SELECT profile_id AS id FROM device WHERE encryption_keys IS NOT NULL LIMIT 1`,
    );
    const { testSend } = await mutate<{ testSend: { deliveries: { state: string; reason: string | null }[] } }>(
      product.graphql,
      'sendTest',
      'SendTestInput',
      'testSend { deliveries { state reason } }',
      { campaignId: stage.campaignId, profileIds: [person?.id], values: [] },
    );
    expect(testSend.deliveries.sort((a, b) => a.state.localeCompare(b.state))).toEqual([
      { state: 'ACCEPTED', reason: null },
      { state: 'NOT_SENT', reason: 'NOT_ADDRESSABLE: The app on this device has no keys for encrypted messages' },
    ]);
  });
});
