import { randomUUID } from 'node:crypto';
import { newId } from '@libs/foundation';
import { ProfilesService } from '@modules/profiles';
import { SuppressionService } from '@modules/suppression';
import { type Stage, setStage } from './stage';

jest.setTimeout(120_000);

interface Phone {
  call(method: string, path: string, body: object): Promise<number>;
}

describe('who is erased and then named again', () => {
  let stage: Stage;
  let sdkKey: string;

  beforeAll(async () => {
    stage = await setStage();
    ({ sdkKey } = await stage.mutate<{ sdkKey: string }>('createApp', 'CreateAppInput', 'sdkKey', {
      ...{ name: 'Casino', platform: 'ANDROID' },
    }));
    const account = await stage.connect();
    const { id: suppressionAttributeId } = await stage.choose(account, 'gamStop');
    await stage.mutate('createExclusionRule', 'CreateExclusionRuleInput', 'rule { id }', {
      ...{ suppressionAttributeId, excludingValues: ['true'], whenUnknown: 'ALLOW', maximumAgeHours: 72 },
    });
    await stage.database.query(
      `UPDATE suppression_attribute SET state = 'FRESH', data_date = current_date, data_as_of = now(), complete_date = current_date`,
    );
  });
  afterAll(() => stage.close());

  const upsert = (fields: object) =>
    stage.mutate('upsertProfile', 'UpsertProfileInput', 'profile { id }', {
      ...{ emailSubscription: 'SUBSCRIBED', smsSubscription: 'SUBSCRIBED', ...fields },
    });
  const erase = (userId: string) =>
    stage.mutate('eraseProfile', 'EraseProfileInput', 'taskId', { userId, isFinal: true });

  /** A phone of the person. */
  async function phoneOf(userId: string): Promise<Phone> {
    const url = await stage.app.getUrl();
    const call = (method: string, path: string, headers: Record<string, string>, body: object): Promise<Response> =>
      fetch(`${url}/sdk/v1/${path}`, {
        method,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const installation = { installationId: randomUUID(), pushToken: randomUUID() };
    const registered = await call('POST', 'devices', { 'x-app-key': sdkKey }, installation);
    const { deviceSecret } = (await registered.json()) as { deviceSecret: string };
    const own = { authorization: `Bearer ${deviceSecret}` };
    expect((await call('PUT', 'device/user', own, { userId })).status).toBe(200);
    return { call: async (method, path, body) => (await call(method, `device${path}`, own, body)).status };
  }

  /** Optimove names somebody with a number, which counts as subscribed. */
  async function named(userId: string, number: string): Promise<void> {
    const given = { numbers: [{ userId, number }], subscribeWhenNotSet: true };
    await stage.transactions.run((tx) =>
      stage.app.get(ProfilesService).importNumbers(tx, stage.actor.projectId, given),
    );
  }

  async function decide(userId: string): Promise<string[]> {
    const { projectId } = stage.actor;
    return stage.transactions.run(async (tx) => {
      const ids = await stage.app.get(ProfilesService).resolveUserIds(tx, projectId, [userId]);
      const decisions = await stage.app.get(SuppressionService).decide(tx, {
        projectId,
        origin: { kind: 'DIRECT', executionId: newId() },
        people: [{ seq: 1, profileId: ids.get(userId) ?? '' }],
        media: ['EMAIL', 'SMS'],
      });
      return decisions.map((decision) => (decision.isAllowed ? 'ALLOWED' : decision.reason));
    });
  }

  it('stays excluded by what an app wrote on their profile', async () => {
    await upsert({ userId: 'own', email: 'own@example.com', mobileNumber: '447700900001' });
    await (await phoneOf('own')).call('PATCH', '/attributes', { profile: { gamStop: true } });
    expect(await decide('own')).toEqual(['SUPPRESSED', 'SUPPRESSED']);
    await erase('own');
    await named('own', '447700900001');
    expect(await decide('own')).toEqual(['NO_ADDRESS', 'SUPPRESSED']);
  });

  it('stays without the mails and texts that they said no to, until they say yes themselves', async () => {
    const addresses = { email: 'No@example.com', mobileNumber: '447700900002' };
    await upsert({ userId: 'no', ...addresses });
    const no = { email: 'UNSUBSCRIBED', sms: 'UNSUBSCRIBED' };
    await (await phoneOf('no')).call('PUT', '/subscriptions', no);
    await erase('no');
    await named('no', addresses.mobileNumber);
    await upsert({ userId: 'no', ...addresses });
    expect(await decide('no')).toEqual(['SUPPRESSED', 'SUPPRESSED']);
    await (await phoneOf('no')).call('PUT', '/subscriptions', { email: 'SUBSCRIBED', sms: 'SUBSCRIBED' });
    expect(await decide('no')).toEqual(['ALLOWED', 'ALLOWED']);
  });

  it('gets messages like anybody when nothing excluded them', async () => {
    const addresses = { email: 'free@example.com', mobileNumber: '447700900003' };
    await upsert({ userId: 'free', ...addresses });
    await erase('free');
    await upsert({ userId: 'free', ...addresses });
    expect(await decide('free')).toEqual(['ALLOWED', 'ALLOWED']);
  });
});
