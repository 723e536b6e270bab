import { newId } from '@libs/foundation';
import { SuppressionService } from '@modules/suppression';
import { type GuardedApp, guardedApp, type Phone } from './guarded-app';
import { type Stage, setStage } from './stage';

describe('what excludes a person, when profiles become one', () => {
  let stage: Stage;
  let app: GuardedApp;

  beforeAll(async () => {
    stage = await setStage();
    app = await guardedApp(stage);
  });
  afterAll(() => stage.close());

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
    const phone = await app.install();
    expect(await decide(phone.profileId)).toBe('SUPPRESSION_STALE');
    expect(await provenOf('late')).toEqual([]);
    await app.signIn(phone, 'late');
    expect(await provenOf('late')).toEqual([phone.profileId]);
    await decide(phone.profileId);
    expect(await provenOf('late')).toEqual([phone.profileId, phone.profileId]);
    const { text } = await stage.rest('/suppression/proof.csv?userId=late');
    expect(text.trim().split('\n')).toHaveLength(3);
  });

  it('proves what was decided about the anonymous profile of a phone on which the person signed in later', async () => {
    const [known = ''] = await stage.addProfiles(['known']);
    const phone = await app.install();
    await decide(phone.profileId);
    await app.signIn(phone, 'known');
    await decide(known);
    expect(await provenOf('known')).toEqual([known, phone.profileId]);
    await app.signIn(await app.install(), 'known');
    expect(await provenOf('known')).toEqual([known, phone.profileId]);
  });

  it('proves what was decided about a phone that was installed anew before the person signed in there', async () => {
    const [person = ''] = await stage.addProfiles(['two-steps']);
    const phone = await app.install('token-of-two-steps');
    await decide(phone.profileId);
    const anew = await app.install('token-of-two-steps');
    await app.signIn(anew, 'two-steps');
    expect(await provenOf('two-steps')).toEqual([phone.profileId]);
    await decide(person);
    await app.signIn(phone, 'one-step');
    expect(await provenOf('two-steps')).toEqual([person, phone.profileId]);
  });

  it('proves a decision that was on its way when the person signed in', async () => {
    await stage.addProfiles(['quick']);
    const phone = await app.install();
    const { projectId } = stage.actor;
    await stage.transactions.run(async (tx) => {
      await stage.app.get(SuppressionService).decide(tx, {
        projectId,
        origin: { kind: 'DIRECT', executionId: newId() },
        people: [{ seq: 1, profileId: phone.profileId }],
        media: ['MOBILE_PUSH'],
      });
      await app.signIn(phone, 'quick');
    });
    expect(await provenOf('quick')).toEqual([phone.profileId]);
  });

  it('still proves all of that when the profile is gone', async () => {
    const phone = await app.install();
    await decide(phone.profileId);
    await app.signIn(phone, 'gone');
    const other = await app.install();
    await decide(other.profileId);
    await app.signIn(other, 'gone');
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
    const phone = await app.install();
    await phone.call('PATCH', '/attributes', { profile: { gamStop: true, tier: 'silver' } });
    await phone.call('PUT', '/subscriptions', { sms: 'UNSUBSCRIBED' });
    await app.signIn(phone, 'strict');
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
    const phone = await app.install();
    await phone.call('PATCH', '/attributes', { profile: { gamStop: false } });
    await phone.call('PUT', '/subscriptions', { sms: 'SUBSCRIBED' });
    await app.signIn(phone, 'excluded');
    expect(await decide(person)).toBe('SUPPRESSED');
    const [profile] = await stage.database.query('SELECT attributes, sms_subscription FROM profile WHERE id = $1', [
      person,
    ]);
    expect(profile).toEqual({ attributes: { gamStop: true }, sms_subscription: 'UNSUBSCRIBED' });
  });

  it('carries it over when a file of devices gives a phone to somebody', async () => {
    const [person = ''] = await stage.addProfiles(['imported']);
    const phone = await app.install('token-in-file');
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
    const phone = await app.install('token-of-listed');
    await app.signIn(phone, 'listed');
    expect(await decide(await ownerOf(phone))).toBe('SUPPRESSED');
    const anew = await app.install('token-of-listed');
    expect(await decide(anew.profileId)).toBe('SUPPRESSED');

    const quiet = await app.install('token-of-quiet');
    await quiet.call('PUT', '/push-subscription', { subscribed: false });
    const again = await app.install('token-of-quiet');
    expect(await decide(again.profileId)).toBe('NOT_SUBSCRIBED');
    await again.call('PUT', '/push-subscription', { subscribed: true });
    expect(await decide(again.profileId)).toBe('SUPPRESSION_STALE');
  });

  it('follows a person by a value of their own profile to the phone they signed out on, installed anew or not', async () => {
    const phone = await app.install('token-of-own');
    await app.signIn(phone, 'own-value');
    await phone.call('PATCH', '/attributes', { profile: { gamStop: true } });
    await phone.call('DELETE', '/user', {});
    expect(await decide(await ownerOf(phone))).toBe('SUPPRESSED');
    const anew = await app.install('token-of-own');
    expect(await decide(anew.profileId)).toBe('SUPPRESSED');
  });

  it('is not lost with an anonymous profile when its app is installed anew', async () => {
    const phone = await app.install('token-of-nobody');
    await phone.call('PATCH', '/attributes', { profile: { gamStop: true } });
    const anew = await app.install('token-of-nobody');
    expect(await decide(anew.profileId)).toBe('SUPPRESSED');
  });

  it('leaves a no to e-mail standing for who signs in after the app was installed anew', async () => {
    const [person = ''] = await stage.addProfiles(['said-no-before']);
    const phone = await app.install('token-of-no');
    expect(await phone.call('PUT', '/subscriptions', { email: 'UNSUBSCRIBED' })).toBe(204);
    await app.signIn(await app.install('token-of-no'), 'said-no-before');
    const [row] = await stage.database.query<{ email: string }>(
      'SELECT email_subscription AS email FROM profile WHERE id = $1',
      [person],
    );
    expect(row?.email).toBe('UNSUBSCRIBED');
  });

  it('leaves no phone behind that nothing would exclude any more when the person is erased', async () => {
    const phone = await app.install();
    await app.signIn(phone, 'erased');
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
