import { newId } from '@libs/foundation';
import { ProfilesService } from '@modules/profiles';
import { SuppressionService } from '@modules/suppression';
import { Guard } from '../../../src/suppression/guard/guard';
import { ListGateRepository } from '../../../src/suppression/persistence/list-gate.repository';
import { type GuardedApp, guardedApp, hearEverything } from './guarded-app';
import { type Stage, setStage } from './stage';

describe('the gate, when a person changes between its reads', () => {
  let stage: Stage;
  let app: GuardedApp;

  beforeAll(async () => {
    stage = await setStage();
    app = await guardedApp(stage);
    await hearEverything(stage);
    await exclude('USER_ID', 'excluded');
  });
  afterAll(() => stage.close());

  const exclude = (kind: string, value: string): Promise<unknown> =>
    stage.mutate('addSuppressionEntry', 'AddSuppressionEntryInput', 'entry { id }', {
      ...{ kind, value, medium: 'ANY', reason: 'Excluded by themselves' },
    });

  /** What the gate says when `change` is committed right after each of its first `times` looks at the person. */
  async function decide(
    profileId: string,
    { medium, change, times = 1 }: { medium: 'EMAIL' | 'MOBILE_PUSH'; change: () => Promise<unknown>; times?: number },
  ): Promise<string[]> {
    let left = times;
    const isRead = (name: string | symbol): boolean => name === 'reach' || name === 'contacts';
    const profiles = new Proxy(stage.app.get(ProfilesService), {
      get: (service, name) => {
        const value = Reflect.get(service, name);
        if (!isRead(name)) return value;
        return async (...given: unknown[]) => {
          const rows = await value.apply(service, given);
          if (left-- > 0) await change();
          return rows;
        };
      },
    });
    const gate = new SuppressionService(profiles, stage.app.get(ListGateRepository), stage.app.get(Guard));
    const request = {
      projectId: stage.actor.projectId,
      origin: { kind: 'DIRECT' as const, executionId: newId() },
      people: [{ seq: 1, profileId }],
      media: [medium],
    };
    const decisions = await stage.transactions.run((tx) => gate.decide(tx, request));
    return decisions.map((decision) => (decision.isAllowed ? `ALLOWED ${decision.address}` : decision.reason));
  }

  async function mailed(userId: string): Promise<string> {
    const input = { userId, email: `${userId}@example.com`, emailSubscription: 'SUBSCRIBED' };
    const { profile } = await upsert(input);
    return profile.id;
  }
  const upsert = (input: object) =>
    stage.mutate<{ profile: { id: string } }>('upsertProfile', 'UpsertProfileInput', 'profile { id }', input);

  it('lets nothing go to a phone on which somebody excluded has signed in meanwhile', async () => {
    await stage.addProfiles(['excluded']);
    const phone = await app.install();
    const change = () => app.signIn(phone, 'excluded');
    expect(await decide(phone.profileId, { medium: 'MOBILE_PUSH', change })).toEqual(['NO_ADDRESS']);
  });

  it('lets nothing go to a person who has been erased meanwhile', async () => {
    const change = () => stage.mutate('eraseProfile', 'EraseProfileInput', 'taskId', { userId: 'gone', isFinal: true });
    expect(await decide(await mailed('gone'), { medium: 'EMAIL', change })).toEqual(['NO_ADDRESS']);
  });

  it('looks a new address up before it mails there', async () => {
    await exclude('EMAIL', 'listed@example.com');
    const moves = await mailed('moves');
    const toListed = () => upsert({ userId: 'moves', email: 'listed@example.com' });
    expect(await decide(moves, { medium: 'EMAIL', change: toListed })).toEqual(['SUPPRESSED']);
    const toOther = () => upsert({ userId: 'moves', email: 'other@example.com' });
    expect(await decide(moves, { medium: 'EMAIL', change: toOther })).toEqual(['ALLOWED other@example.com']);
  });

  it('lets nothing go to the phone of an excluded person that has come to somebody meanwhile', async () => {
    const [heir = ''] = await stage.addProfiles(['heir']);
    const phone = await app.install();
    await phone.call('PATCH', '/attributes', { profile: { gamStop: true } });
    const change = () => app.signIn(phone, 'heir');
    expect(await decide(heir, { medium: 'MOBILE_PUSH', change })).toEqual(['SUPPRESSED']);
  });

  it('turns nobody away for a change that excludes nobody, unless it has no end', async () => {
    const busy = await mailed('busy');
    const change = () => upsert({ userId: 'busy', language: 'en' });
    expect(await decide(busy, { medium: 'EMAIL', change, times: 2 })).toEqual(['ALLOWED busy@example.com']);
    expect(await decide(busy, { medium: 'EMAIL', change, times: 100 })).toEqual(['SUPPRESSION_STALE']);
  });
});
