import { newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { Contactability, ProfilesService } from '@modules/profiles';
import { SuppressionService } from '@modules/suppression';
import { Client } from 'pg';
import { ReceiptIntake } from '../../../src/channels/delivery/receipt-intake';
import { TextIntake } from '../../../src/channels/delivery/text-intake';
import { mutate } from '../../support/campaign-stage';
import { eventually } from '../../support/eventually';
import { type EventsStage, type Reached, stageEvents } from './stage';

interface Phone {
  deviceId: string;
  say(path: 'push-subscription' | 'subscriptions', body: object): Promise<number>;
}

describe('what somebody says on the phone, in mails and by text', () => {
  let stage: EventsStage;
  let sdkKey: string;

  beforeAll(async () => {
    stage = await stageEvents(25);
    ({ sdkKey } = await mutate<{ sdkKey: string }>(stage.graphql, 'createApp', 'CreateAppInput', 'sdkKey', {
      ...{ name: 'Casino', platform: 'ANDROID' },
    }));
  }, 180_000);
  afterAll(() => stage?.close());

  const person = (index: number): Reached => stage.people[index] as Reached;

  async function phoneOf({ profileId }: Reached): Promise<Phone> {
    const call = (method: string, path: string, headers: Record<string, string>, body: object): Promise<Response> =>
      fetch(`${stage.apiUrl}/sdk/v1/${path}`, {
        method,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const [{ user_id: userId } = { user_id: '' }] = await stage.database.query<{ user_id: string }>(
      'SELECT user_id FROM profile WHERE id = $1',
      [profileId],
    );
    const installation = { installationId: newId(), pushToken: `token-of-${profileId}` };
    const registered = await call('POST', 'devices', { 'x-app-key': sdkKey }, installation);
    const { deviceId, deviceSecret } = (await registered.json()) as { deviceId: string; deviceSecret: string };
    const own = { authorization: `Bearer ${deviceSecret}` };
    expect((await call('PUT', 'device/user', own, { userId })).status).toBe(200);
    return { deviceId, say: async (path, body) => (await call('PUT', `device/${path}`, own, body)).status };
  }

  /** What the gate says of the person's e-mail, text and push, this moment. */
  async function gate({ profileId }: Pick<Reached, 'profileId'>): Promise<string[]> {
    const request = {
      projectId: stage.projectId,
      origin: { kind: 'DIRECT' as const, executionId: newId() },
      people: [{ seq: 1, profileId }],
      media: ['EMAIL', 'SMS', 'MOBILE_PUSH'] as ('EMAIL' | 'SMS' | 'MOBILE_PUSH')[],
    };
    const decisions = await stage.app
      .get(Transactions)
      .run((tx) => stage.app.get(SuppressionService, { strict: false }).decide(tx, request));
    return decisions.map((decision) => (decision.isAllowed ? 'ALLOWED' : decision.reason));
  }

  const said = async ({ profileId }: Reached, fields = 'medium, after, source'): Promise<unknown[]> =>
    stage.database.query(
      `SELECT ${fields} FROM subscription_change WHERE profile_id = $1 AND source <> 'API' ORDER BY id`,
      [profileId],
    );

  /** An answer that reached us at this instant is applied now. */
  const answer = ({ profileId }: Reached, email: 'SUBSCRIBED' | 'UNSUBSCRIBED', saidAt: Date): Promise<void> =>
    stage.app
      .get(Transactions)
      .run((tx) =>
        stage.app
          .get(ProfilesService, { strict: false })
          .applyConsent(tx, stage.projectId, 'UNSUBSCRIBE_LINK', [{ profileId, email, saidAt }]),
      );

  const userIdOf = async ({ profileId }: Reached): Promise<string> =>
    (await stage.database.query<{ user_id: string }>('SELECT user_id FROM profile WHERE id = $1', [profileId]))[0]
      ?.user_id ?? '';
  const byServer = async (reached: Reached, fields: object): Promise<unknown> =>
    mutate(stage.graphql, 'upsertProfile', 'UpsertProfileInput', 'profile { id }', {
      ...{ userId: await userIdOf(reached), ...fields },
    });
  const byFile = async (kind: 'profiles' | 'devices', body: string): Promise<void> => {
    const answered = await stage.rest(`/imports/${kind}`, {
      ...{ method: 'POST', headers: { 'content-type': 'text/csv' }, body },
    });
    expect(await answered.json()).toMatchObject({ updated: 1, rejected: 0 });
  };
  const numberOfOptimove = async (reached: Reached, number: string): Promise<void> => {
    const given = { numbers: [{ userId: await userIdOf(reached), number }], subscribeWhenNotSet: true };
    await stage.app
      .get(Transactions)
      .run((tx) => stage.app.get(ProfilesService, { strict: false }).importNumbers(tx, stage.projectId, given));
  };
  const text = (from: string, keyword: 'STOP' | 'START'): Promise<void> =>
    stage.app
      .get(TextIntake, { strict: false })
      .store({ projectId: stage.projectId, accountId: stage.accounts.smpp }, [
        { from, to: '447700900000', text: keyword, keyword, occurredAt: new Date() },
      ]);
  const stop = async ({ number }: Reached): Promise<void> => {
    await text(number, 'STOP');
    await stage.apply();
  };

  it('closes the gate before the toggle is answered, is in the log once, and waits for Optimove to be told', async () => {
    const contactability = stage.app.get(Contactability, { strict: false });
    const { pool } = stage.app.get(Transactions);
    await contactability.watch(pool, stage.projectId);
    const phone = await phoneOf(person(0));
    await contactability.take(pool, stage.projectId, 100);
    expect(await gate(person(0))).toEqual(['ALLOWED', 'ALLOWED', 'ALLOWED']);
    const off = { email: 'UNSUBSCRIBED', sms: 'UNSUBSCRIBED' };
    const both = async (): Promise<number[]> => [
      await phone.say('subscriptions', off),
      await phone.say('push-subscription', { subscribed: false }),
    ];
    expect(await both()).toEqual([204, 204]);
    expect(await gate(person(0))).toEqual(['NOT_SUBSCRIBED', 'NOT_SUBSCRIBED', 'NOT_SUBSCRIBED']);
    expect(await both()).toEqual([204, 204]);
    expect(await said(person(0))).toEqual([
      { medium: 'EMAIL', after: 'UNSUBSCRIBED', source: 'SDK' },
      { medium: 'SMS', after: 'UNSUBSCRIBED', source: 'SDK' },
      { medium: 'MOBILE_PUSH', after: 'UNSUBSCRIBED', source: 'SDK' },
    ]);
    expect(await contactability.take(pool, stage.projectId, 100)).toEqual([person(0).profileId]);
  });

  it('closes the gate before a link or the preference page is answered, and applying it says nothing twice', async () => {
    await stage.visit(person(6).links.unsubscribe, { method: 'POST' });
    expect((await gate(person(6)))[0]).toBe('NOT_SUBSCRIBED');
    await stage.visit(person(6).links.preferences, { method: 'POST', body: new URLSearchParams({ none: 'yes' }) });
    expect(await gate(person(6))).toEqual(['NOT_SUBSCRIBED', 'NOT_SUBSCRIBED', 'NO_ADDRESS']);
    await stage.apply();
    await stage.apply();
    expect(await said(person(6))).toEqual([
      { medium: 'EMAIL', after: 'UNSUBSCRIBED', source: 'UNSUBSCRIBE_LINK' },
      { medium: 'SMS', after: 'UNSUBSCRIBED', source: 'PREFERENCE_PAGE' },
    ]);
    expect(await stage.funnel('unsubscribed')).toEqual({ unsubscribed: 1 });
  });

  it('keeps the newer no, though an older yes of the preference page is applied after it', async () => {
    const { links } = person(1);
    const phone = await phoneOf(person(1));
    await phone.say('subscriptions', { email: 'UNSUBSCRIBED', sms: 'UNSUBSCRIBED' });
    await stage.visit(links.preferences, { method: 'POST', body: new URLSearchParams({ email: 'yes', sms: 'yes' }) });
    await phone.say('subscriptions', { email: 'UNSUBSCRIBED' });
    await stage.apply();
    expect(await stage.profile(person(1))).toMatchObject({
      emailSubscription: 'UNSUBSCRIBED',
      smsSubscription: 'SUBSCRIBED',
    });
  });

  it('keeps the newer yes, though an older no of a link is applied after it', async () => {
    const phone = await phoneOf(person(2));
    await stage.visit(person(2).links.unsubscribe, { method: 'POST' });
    await phone.say('subscriptions', { email: 'SUBSCRIBED' });
    await stage.apply();
    expect((await stage.profile(person(2))).emailSubscription).toBe('SUBSCRIBED');
  });

  it('takes a yes of a file for no answer to a no that a person said before and that is applied after it', async () => {
    const saidAt = new Date();
    const [row] = await stage.database.query<{ user_id: string }>('SELECT user_id FROM profile WHERE id = $1', [
      person(3).profileId,
    ]);
    await mutate(stage.graphql, 'upsertProfile', 'UpsertProfileInput', 'profile { id }', {
      ...{ userId: row?.user_id, emailSubscription: 'SUBSCRIBED' },
    });
    await answer(person(3), 'UNSUBSCRIBED', saidAt);
    expect((await stage.profile(person(3))).emailSubscription).toBe('UNSUBSCRIBED');
  });

  it.each([
    [7, 'before'],
    [8, 'after'],
  ])(
    'takes it for none when the no was in force already (person %i), applied %s the file or not',
    async (index, when) => {
      await stage.visit(person(index).links.unsubscribe, { method: 'POST' });
      if (when === 'after') await stage.apply();
      await byServer(person(index), { emailSubscription: 'SUBSCRIBED' });
      expect((await gate(person(index)))[0]).toBe('NOT_SUBSCRIBED');
      await stage.apply();
      expect((await gate(person(index)))[0]).toBe('NOT_SUBSCRIBED');
    },
  );

  it('lets no file take back what somebody switched off on their phone', async () => {
    const phone = await phoneOf(person(9));
    await phone.say('subscriptions', { email: 'UNSUBSCRIBED', sms: 'UNSUBSCRIBED' });
    await phone.say('push-subscription', { subscribed: false });
    const userId = await userIdOf(person(9));
    await byFile('profiles', `userId,emailSubscription,smsSubscription\n${userId},SUBSCRIBED,NOT_SET\n`);
    const { profileId } = person(9);
    await byFile(
      'devices',
      `userId,token,platform,pushSubscription\n${userId},token-of-${profileId},ANDROID,SUBSCRIBED\n`,
    );
    expect(await gate(person(9))).toEqual(['NOT_SUBSCRIBED', 'NOT_SUBSCRIBED', 'NOT_SUBSCRIBED']);
    await phone.say('subscriptions', { email: 'SUBSCRIBED', sms: 'SUBSCRIBED' });
    await phone.say('push-subscription', { subscribed: true });
    expect(await gate(person(9))).toEqual(['ALLOWED', 'ALLOWED', 'ALLOWED']);
  });

  it('takes what a file says for what a file said before', async () => {
    for (const emailSubscription of ['UNSUBSCRIBED', 'SUBSCRIBED', 'UNSUBSCRIBED', null, 'SUBSCRIBED'])
      await byServer(person(10), { emailSubscription });
    expect((await gate(person(10)))[0]).toBe('ALLOWED');
  });

  it('keeps a no that comes after that of a file, though it was said before', async () => {
    await byServer(person(10), { emailSubscription: 'UNSUBSCRIBED' });
    await answer(person(10), 'UNSUBSCRIBED', new Date(Date.now() - 3_600_000));
    await byServer(person(10), { emailSubscription: 'SUBSCRIBED' });
    expect((await gate(person(10)))[0]).toBe('NOT_SUBSCRIBED');
  });

  it.each([
    [11, 'a file that says NOT_SET', 'NOT_SET'],
    [12, 'a server that empties the answer', null],
  ])(
    'keeps the STOP of person %i, whatever comes: %s, and then a number from Optimove',
    async (index, _how, nothing) => {
      await stop(person(index));
      await byServer(person(index), { smsSubscription: nothing });
      await numberOfOptimove(person(index), person(index).number);
      expect((await stage.profile(person(index))).smsSubscription).toBe('UNSUBSCRIBED');
    },
  );

  it('takes a number of Optimove for no yes of somebody whose no a file gave and a file emptied', async () => {
    for (const smsSubscription of ['UNSUBSCRIBED', 'NOT_SET']) await byServer(person(13), { smsSubscription });
    await numberOfOptimove(person(13), person(13).number);
    expect((await stage.profile(person(13))).smsSubscription).toBe('NOT_SET');
  });

  describe('a STOP is of the number', () => {
    const moved = '4915199999990';
    const smsOf = async (reached: Pick<Reached, 'profileId'>): Promise<string | undefined> => (await gate(reached))[1];

    it('whoever Optimove gives it to later, until they say yes themselves', async () => {
      await stop(person(14));
      await numberOfOptimove(person(15), person(14).number);
      expect([await smsOf(person(14)), await smsOf(person(15))]).toEqual(['NOT_SUBSCRIBED', 'SUPPRESSED']);
      await (await phoneOf(person(15))).say('subscriptions', { sms: 'SUBSCRIBED' });
      expect([await smsOf(person(14)), await smsOf(person(15))]).toEqual(['NOT_SUBSCRIBED', 'ALLOWED']);
    });

    it('when who said it has another number by then, whether a newcomer comes from Optimove or by a file', async () => {
      await text(person(16).number, 'STOP');
      await byServer(person(16), { mobileNumber: moved });
      const given = { numbers: [{ userId: 'newcomer', number: person(16).number }], subscribeWhenNotSet: true };
      const made = await stage.app
        .get(Transactions)
        .run((tx) => stage.app.get(ProfilesService, { strict: false }).importNumbers(tx, stage.projectId, given));
      expect(await smsOf({ profileId: made.get('newcomer') ?? '' })).toBe('SUPPRESSED');
      await byServer(person(17), { mobileNumber: person(16).number, smsSubscription: 'SUBSCRIBED' });
      expect(await smsOf(person(17))).toBe('SUPPRESSED');
    });

    it('before its turn has come also when nobody has the number, until it says START', async () => {
      const strange = '4915199999991';
      await text(strange, 'STOP');
      await byServer(person(18), { mobileNumber: strange, smsSubscription: 'SUBSCRIBED' });
      expect(await smsOf(person(18))).toBe('SUPPRESSED');
      await stage.apply();
      expect(await smsOf(person(18))).toBe('NOT_SUBSCRIBED');
      await text(strange, 'START');
      await stage.apply();
      expect(await smsOf(person(18))).toBe('ALLOWED');
    });
  });

  it.each([1, 300])(
    'keeps the no of a file of %i new people, though an older yes is applied after it',
    async (count) => {
      const saidAt = new Date();
      const rows = Array.from({ length: count }, (_each, index) => `new-${count}-${index},UNSUBSCRIBED`);
      const answered = await stage.rest('/imports/profiles', {
        method: 'POST',
        headers: { 'content-type': 'text/csv' },
        body: `userId,emailSubscription\n${rows.join('\n')}\n`,
      });
      expect(await answered.json()).toMatchObject({ created: count });
      const stored = async () =>
        (
          await stage.database.query<{ id: string; said: string }>(
            'SELECT id, email_subscription AS said FROM profile WHERE user_id = $1',
            [`new-${count}-0`],
          )
        )[0];
      await answer({ ...person(0), profileId: (await stored())?.id ?? '' }, 'SUBSCRIBED', saidAt);
      expect((await stored())?.said).toBe('UNSUBSCRIBED');
    },
  );

  it('lets no toggle that had to wait take the place of a newer one', async () => {
    const phone = await phoneOf(person(4));
    const other = new Client({ connectionString: stage.database.url });
    await other.connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT FROM device WHERE id = $1 FOR UPDATE', [phone.deviceId]);
      const older = phone.say('push-subscription', { subscribed: true });
      await eventually('the older toggle waits', async () => {
        const waiting = await stage.database.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return waiting.length > 0;
      });
      const newer = `UPDATE device SET push_subscription = 'UNSUBSCRIBED', push_said_at = clock_timestamp() WHERE id = $1`;
      await other.query(newer, [phone.deviceId]);
      await other.query('COMMIT');
      expect(await older).toBe(204);
    } finally {
      await other.end();
    }
    expect((await gate(person(4)))[2]).toBe('NOT_SUBSCRIBED');
  });

  describe('a no that was said to a provider', () => {
    const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
    const email = async (index: number): Promise<string> => (await stage.profile(person(index))).emailSubscription;
    /** Somebody whose message went out an hour ago, and who said yes since. */
    const subscribed = async (index: number, saidAt: Date): Promise<void> => {
      await stage.database.query(
        `UPDATE delivery SET claimed_at = now() - interval '1 hour' WHERE execution_id = $1 AND seq = $2`,
        [stage.executionId, person(index).seq],
      );
      await answer(person(index), 'SUBSCRIBED', saidAt);
    };
    /** Reports of noes, each of a message and of the time at which it was said, applied together. */
    const report = async (...noes: [index: number, saidAt: Date][]): Promise<void> => {
      const owner = { projectId: stage.projectId, accountId: stage.accounts.smtp };
      const no = { status: 'UNSUBSCRIBED', code: 'unsubscribed' } as const;
      for (const [index, occurredAt] of noes) {
        const { messageId: providerMessageId } = person(index).links;
        await stage.app.get(ReceiptIntake, { strict: false }).store(owner, [{ ...no, providerMessageId, occurredAt }]);
      }
      await stage.apply();
    };
    const leftAt = async (index: number): Promise<unknown> => {
      const sql = 'SELECT unsubscribed_at AS at FROM recipient WHERE execution_id = $1 AND seq = $2';
      return (await stage.database.query(sql, [stage.executionId, person(index).seq]))[0]?.at;
    };

    it('leaves a yes that was said since, however late it is reported', async () => {
      await subscribed(19, minutesAgo(10));
      const saidAt = minutesAgo(30);
      await report([19, saidAt]);
      expect(await email(19)).toBe('SUBSCRIBED');
      expect(await leftAt(19)).toEqual(saidAt);
    });

    it('outdoes an older yes, and one of the same second', async () => {
      const second = new Date(Math.floor(minutesAgo(10).getTime() / 1_000) * 1_000);
      await subscribed(20, new Date(second.getTime() + 900));
      await report([20, second]);
      expect(await email(20)).toBe('UNSUBSCRIBED');
    });

    it('counts by the newest of several, whichever is reported last', async () => {
      await subscribed(21, minutesAgo(10));
      await stage.database.query('UPDATE recipient SET profile_id = $3 WHERE execution_id = $1 AND seq = $2', [
        ...[stage.executionId, person(22).seq, person(21).profileId],
      ]);
      await report([21, minutesAgo(5)], [22, minutesAgo(30)]);
      expect(await email(21)).toBe('UNSUBSCRIBED');
    });

    it('was not said before the message that it is about was handed over', async () => {
      await subscribed(23, minutesAgo(90));
      await report([23, minutesAgo(120)]);
      expect(await email(23)).toBe('UNSUBSCRIBED');
    });

    it('was not said after it was reported', async () => {
      await report([24, minutesAgo(-600)]);
      expect(await email(24)).toBe('UNSUBSCRIBED');
      await (await phoneOf(person(24))).say('subscriptions', { email: 'SUBSCRIBED' });
      expect(await email(24)).toBe('SUBSCRIBED');
    });
  });

  it('takes an answer that comes a second time, after a newer one, for nothing', async () => {
    const [first, second] = [new Date('2026-05-04T10:00:00Z'), new Date('2026-05-04T10:00:01Z')];
    await answer(person(5), 'UNSUBSCRIBED', first);
    await answer(person(5), 'SUBSCRIBED', second);
    await answer(person(5), 'UNSUBSCRIBED', first);
    expect((await stage.profile(person(5))).emailSubscription).toBe('SUBSCRIBED');
    await answer(person(5), 'UNSUBSCRIBED', second);
    await answer(person(5), 'SUBSCRIBED', second);
    expect((await stage.profile(person(5))).emailSubscription).toBe('UNSUBSCRIBED');
    expect(await said(person(5), 'after')).toEqual([
      { after: 'UNSUBSCRIBED' },
      { after: 'SUBSCRIBED' },
      { after: 'UNSUBSCRIBED' },
    ]);
  });
});
