import { newId } from '@libs/foundation';
import { ProfilesService } from '@modules/profiles';
import { SuppressionService } from '@modules/suppression';
import { type GuardedApp, guardedApp, hearEverything, type Phone } from './guarded-app';
import { type Stage, setStage } from './stage';

describe('who is erased and then named again', () => {
  let stage: Stage;
  let app: GuardedApp;

  beforeAll(async () => {
    stage = await setStage();
    app = await guardedApp(stage);
    await hearEverything(stage);
  });
  afterAll(() => stage.close());

  const upsert = (fields: object) =>
    stage.mutate('upsertProfile', 'UpsertProfileInput', 'profile { id }', {
      ...{ emailSubscription: 'SUBSCRIBED', smsSubscription: 'SUBSCRIBED', ...fields },
    });
  const erase = (userId: string) =>
    stage.mutate('eraseProfile', 'EraseProfileInput', 'taskId', { userId, isFinal: true });

  async function phoneOf(userId: string): Promise<Phone> {
    const phone = await app.install();
    await app.signIn(phone, userId);
    return phone;
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
