import { randomUUID } from 'node:crypto';
import { newId } from '@libs/foundation';
import { SuppressionService } from '@modules/suppression';
import { type Stage, setStage } from './stage';

jest.setTimeout(120_000);

interface Phone {
  deviceId: string;
  profileId: string;
  call(method: string, path: string, body: object): Promise<number>;
}

describe('what excludes a person, when profiles become one', () => {
  let stage: Stage;
  let url: string;
  let sdkKey: string;
  let tokens = 0;

  beforeAll(async () => {
    stage = await setStage();
    url = await stage.app.getUrl();
    ({ sdkKey } = await stage.mutate<{ sdkKey: string }>('createApp', 'CreateAppInput', 'sdkKey', {
      ...{ name: 'Casino', platform: 'ANDROID' },
    }));
    const account = await stage.connect();
    const { id: suppressionAttributeId } = await stage.choose(account, 'gamStop');
    await stage.mutate('createExclusionRule', 'CreateExclusionRuleInput', 'rule { id }', {
      ...{ suppressionAttributeId, excludingValues: ['true'], whenUnknown: 'ALLOW' },
      maximumAgeHours: 72,
    });
  });
  afterAll(() => stage.close());

  async function install(pushToken = `token-${++tokens}`): Promise<Phone> {
    const call = (method: string, path: string, headers: Record<string, string>, body: object): Promise<Response> =>
      fetch(`${url}/sdk/v1/${path}`, {
        method,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const registered = await call(
      'POST',
      'devices',
      { 'x-app-key': sdkKey },
      { installationId: randomUUID(), pushToken },
    );
    const { deviceSecret, ...phone } = (await registered.json()) as Phone & { deviceSecret: string };
    const own = { authorization: `Bearer ${deviceSecret}` };
    return { ...phone, call: async (method, path, body) => (await call(method, `device${path}`, own, body)).status };
  }
  const identify = async (phone: Phone, userId: string): Promise<void> =>
    expect(await phone.call('PUT', '/user', { userId })).toBe(200);
  const ownerOf = async ({ deviceId }: Phone): Promise<string> =>
    (await stage.database.query<{ id: string }>('SELECT profile_id AS id FROM device WHERE id = $1', [deviceId]))[0]
      ?.id ?? '';

  async function decide(profileId: string): Promise<string> {
    const request = {
      projectId: stage.actor.projectId,
      origin: { kind: 'DIRECT' as const, executionId: newId() },
      people: [{ seq: 1, profileId }],
      media: ['MOBILE_PUSH' as const],
    };
    const [decision] = await stage.transactions.run((tx) => stage.app.get(SuppressionService).decide(tx, request));
    return decision?.isAllowed ? 'ALLOWED' : (decision?.reason ?? 'NOTHING');
  }
  const provenOf = async (userId: string): Promise<string[]> =>
    (
      await stage.graphql<{ suppressionProof: { profileId: string }[] }>(
        'query ($userId: String!, $at: DateTime!) { suppressionProof(userId: $userId, at: $at) { profileId } }',
        { userId, at: new Date(Date.now() + 60_000) },
      )
    ).suppressionProof.map(({ profileId }) => profileId);

  it('proves what was decided before the person had a user ID', async () => {
    const phone = await install();
    expect(await decide(phone.profileId)).toBe('SUPPRESSION_STALE');
    expect(await provenOf('late')).toEqual([]);
    await identify(phone, 'late');
    expect(await provenOf('late')).toEqual([phone.profileId]);
    await decide(phone.profileId);
    expect(await provenOf('late')).toEqual([phone.profileId, phone.profileId]);
    const { text } = await stage.rest('/suppression/proof.csv?userId=late');
    expect(text.trim().split('\n')).toHaveLength(3);
  });

  it('proves what was decided about the anonymous profile of a phone on which the person signed in later', async () => {
    const [known = ''] = await stage.addProfiles(['known']);
    const phone = await install();
    await decide(phone.profileId);
    await identify(phone, 'known');
    await decide(known);
    expect(await provenOf('known')).toEqual([known, phone.profileId]);
    await identify(await install(), 'known');
    expect(await provenOf('known')).toEqual([known, phone.profileId]);
  });

  it('proves what was decided about a phone that was installed anew before the person signed in there', async () => {
    const [person = ''] = await stage.addProfiles(['two-steps']);
    const phone = await install('token-of-two-steps');
    await decide(phone.profileId);
    const anew = await install('token-of-two-steps');
    await identify(anew, 'two-steps');
    expect(await provenOf('two-steps')).toEqual([phone.profileId]);
    await decide(person);
    await identify(phone, 'one-step');
    expect(await provenOf('two-steps')).toEqual([person, phone.profileId]);
  });

  it('proves a decision that was on its way when the person signed in', async () => {
    await stage.addProfiles(['quick']);
    const phone = await install();
    const { projectId } = stage.actor;
    await stage.transactions.run(async (tx) => {
      await stage.app.get(SuppressionService).decide(tx, {
        projectId,
        origin: { kind: 'DIRECT', executionId: newId() },
        people: [{ seq: 1, profileId: phone.profileId }],
        media: ['MOBILE_PUSH'],
      });
      await identify(phone, 'quick');
    });
    expect(await provenOf('quick')).toEqual([phone.profileId]);
  });

  it('still proves all of that when the profile is gone', async () => {
    const phone = await install();
    await decide(phone.profileId);
    await identify(phone, 'gone');
    const other = await install();
    await decide(other.profileId);
    await identify(other, 'gone');
    await decide(phone.profileId);
    const proven = [phone.profileId, other.profileId, phone.profileId];
    expect(await provenOf('gone')).toEqual(proven);
    await stage.mutate('eraseProfile', 'EraseProfileInput', 'taskId', { userId: 'gone', isFinal: true });
    expect(await provenOf('gone')).toEqual(proven);
    expect(await provenOf('late')).not.toContain(other.profileId);
  });

  it('keeps of two profiles the strictest: a value that excludes, and a no', async () => {
    const [person = ''] = await stage.addProfiles(['strict']);
    await stage.database.query(
      `UPDATE profile SET attributes = '{"gamStop": false, "tier": "gold"}', email_subscription = 'SUBSCRIBED',
         sms_subscription = 'SUBSCRIBED' WHERE id = $1`,
      [person],
    );
    const phone = await install();
    await phone.call('PATCH', '/attributes', { profile: { gamStop: true, tier: 'silver' } });
    await phone.call('PUT', '/subscriptions', { sms: 'UNSUBSCRIBED' });
    await identify(phone, 'strict');
    expect(await decide(person)).toBe('SUPPRESSED');
    const [profile] = await stage.database.query(
      'SELECT attributes, email_subscription, sms_subscription FROM profile WHERE id = $1',
      [person],
    );
    expect(profile).toEqual({
      attributes: { gamStop: true, tier: 'gold' },
      email_subscription: 'SUBSCRIBED',
      sms_subscription: 'UNSUBSCRIBED',
    });
    const [change] = await stage.database.query(
      'SELECT medium, after, source FROM subscription_change WHERE profile_id = $1 ORDER BY id DESC LIMIT 1',
      [person],
    );
    expect(change).toEqual({ medium: 'SMS', after: 'UNSUBSCRIBED', source: 'DEVICE_MOVED' });
  });

  it('keeps it the other way round too: who is excluded stays so, whatever the phone said', async () => {
    const [person = ''] = await stage.addProfiles(['excluded']);
    await stage.database.query(
      `UPDATE profile SET attributes = '{"gamStop": true}', sms_subscription = 'UNSUBSCRIBED' WHERE id = $1`,
      [person],
    );
    const phone = await install();
    await phone.call('PATCH', '/attributes', { profile: { gamStop: false } });
    await phone.call('PUT', '/subscriptions', { sms: 'SUBSCRIBED' });
    await identify(phone, 'excluded');
    expect(await decide(person)).toBe('SUPPRESSED');
    const [profile] = await stage.database.query('SELECT attributes, sms_subscription FROM profile WHERE id = $1', [
      person,
    ]);
    expect(profile).toEqual({ attributes: { gamStop: true }, sms_subscription: 'UNSUBSCRIBED' });
  });

  it('carries it over when a file of devices gives a phone to somebody', async () => {
    const [person = ''] = await stage.addProfiles(['imported']);
    const phone = await install('token-in-file');
    await phone.call('PATCH', '/attributes', { profile: { gamStop: true } });
    const body = 'userId,token,platform\nimported,token-in-file,ANDROID\n';
    expect((await stage.rest('/imports/devices', { method: 'POST', body })).status).toBeLessThan(300);
    expect(await ownerOf(phone)).toBe(person);
    expect(await decide(person)).toBe('SUPPRESSED');
  });

  it('still counts on the phone when its app is installed anew, and so does push that was switched off', async () => {
    await stage.mutate('addSuppressionEntry', 'AddSuppressionEntryInput', 'entry { id }', {
      ...{ kind: 'USER_ID', value: 'listed', medium: 'ANY', reason: 'Excluded by themselves' },
    });
    const phone = await install('token-of-listed');
    await identify(phone, 'listed');
    expect(await decide(await ownerOf(phone))).toBe('SUPPRESSED');
    const anew = await install('token-of-listed');
    expect(await decide(anew.profileId)).toBe('SUPPRESSED');

    const quiet = await install('token-of-quiet');
    await quiet.call('PUT', '/push-subscription', { subscribed: false });
    const again = await install('token-of-quiet');
    expect(await decide(again.profileId)).toBe('NOT_SUBSCRIBED');
    await again.call('PUT', '/push-subscription', { subscribed: true });
    expect(await decide(again.profileId)).toBe('SUPPRESSION_STALE');
  });

  it('follows a person by a value of their own profile to the phone they signed out on, installed anew or not', async () => {
    const phone = await install('token-of-own');
    await identify(phone, 'own-value');
    await phone.call('PATCH', '/attributes', { profile: { gamStop: true } });
    await phone.call('DELETE', '/user', {});
    expect(await decide(await ownerOf(phone))).toBe('SUPPRESSED');
    const anew = await install('token-of-own');
    expect(await decide(anew.profileId)).toBe('SUPPRESSED');
  });

  it('is not lost with an anonymous profile when its app is installed anew', async () => {
    const phone = await install('token-of-nobody');
    await phone.call('PATCH', '/attributes', { profile: { gamStop: true } });
    const anew = await install('token-of-nobody');
    expect(await decide(anew.profileId)).toBe('SUPPRESSED');
  });

  it('leaves no phone behind that nothing would exclude any more when the person is erased', async () => {
    const phone = await install();
    await identify(phone, 'erased');
    await phone.call('DELETE', '/user', {});
    await stage.mutate('eraseProfile', 'EraseProfileInput', 'taskId', { userId: 'erased', isFinal: true });
    expect(await ownerOf(phone)).toBe('');
    const left = await stage.database.query(
      `SELECT 1 FROM profile p WHERE signed_out_from IS NOT NULL
         AND NOT EXISTS (SELECT FROM profile q WHERE q.id = p.signed_out_from)`,
    );
    expect(left).toEqual([]);
  });
});
