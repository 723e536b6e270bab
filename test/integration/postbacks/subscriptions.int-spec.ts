import { randomUUID } from 'node:crypto';
import { newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { MatchingService } from '@modules/matching';
import { Client } from 'pg';
import { SubscriptionStatusRepository } from '../../../src/postbacks/persistence/subscription-status.repository';
import { channels, type SubscriptionStage, setSubscriptionStage } from './subscription-stage';

const subscribed = 1;
const unsubscribed = 2;

let stage: SubscriptionStage;
let connectionId: string;

beforeEach(async () => {
  stage = await setSubscriptionStage();
  connectionId = await stage.connectChannels('main');
}, 60_000);
afterEach(() => stage.close());

/** On, with everyone posted. */
async function settled(): Promise<void> {
  await stage.allow();
  await stage.turnOn(connectionId);
  await stage.run();
  stage.peer.forgetPosts();
}

const hoursOwed = async (): Promise<number> => {
  const [gauge] = await stage.app.get(SubscriptionStatusRepository).lag(stage.app.get(Transactions).pool);
  return (gauge?.value ?? 0) / 3_600;
};

const setEmail = (userId: string, subscription: string) =>
  stage.database.query('UPDATE profile SET email_subscription = $2 WHERE user_id = $1', [userId, subscription]);

describe('subscription status to Optimove', () => {
  it('is off until support enables it for the project and somebody confirms what the modes mean', async () => {
    await stage.add([{ userId: 'A1', email: 'a1@example.com', emailSubscription: 'SUBSCRIBED' }]);
    expect((await stage.show(connectionId)).state).toBe('NOT_ALLOWED');
    const early = await stage.set(connectionId, { isOn: true, isMappingConfirmed: true });
    expect(early.userErrors).toMatchObject([{ code: 'NOT_ALLOWED', path: ['isOn'] }]);
    await stage.allow();
    const unconfirmed = await stage.set(connectionId, { isOn: true, emailChannelId: channels.email });
    expect(unconfirmed.userErrors).toMatchObject([{ code: 'MAPPING_UNCONFIRMED', path: ['isMappingConfirmed'] }]);
    await stage.run();
    expect(stage.peer.posts).toEqual([]);
    await stage.turnOn(connectionId);
    await stage.run();
    expect(stage.stateOf('A1')).toEqual({ [channels.email]: subscribed });
    await stage.allow(false);
    await setEmail('A1', 'UNSUBSCRIBED');
    await stage.run();
    expect(stage.stateOf('A1')).toEqual({ [channels.email]: subscribed });
    expect((await stage.show(connectionId)).isOn).toBe(false);
  });

  it('cannot be enabled by who administers the project, nor can they make a key that could', async () => {
    const document = 'mutation { allowSubscriptionPostback(input: { isAllowed: true }) { isAllowed } }';
    const { errors } = await stage.ask(document);
    expect(errors).toHaveLength(1);
    const { data } = await stage.ask(
      'mutation { createApiKey(input: { label: "x", role: SUPPORT }) { key userErrors { path } } }',
    );
    expect(data).toMatchObject({ createApiKey: { key: null, userErrors: [{ path: ['role'] }] } });
  });

  it('tells of everyone first: by medium, SMS on channel 444 alone, and nothing of media that a person never had', async () => {
    await stage.add([
      {
        userId: 'both',
        email: 'b@example.com',
        emailSubscription: 'SUBSCRIBED',
        number: '+356790001',
        smsSubscription: 'UNSUBSCRIBED',
      },
      { userId: 'unset', email: 'u@example.com', number: '+356790002' },
      { userId: 'push', devices: [{ platform: 'ANDROID' }, { platform: 'WEB', subscription: 'UNSUBSCRIBED' }] },
      {
        userId: 'dead',
        devices: [
          { platform: 'ANDROID', isDead: true },
          { platform: 'WEB', subscription: 'SUBSCRIBED' },
        ],
      },
      { userId: 'nothing' },
    ]);
    await settled();
    const states = Object.fromEntries(
      ['both', 'unset', 'push', 'dead', 'nothing'].map((id) => [id, stage.stateOf(id)]),
    );
    expect(states).toEqual({
      both: { [channels.email]: subscribed, [channels.sms]: unsubscribed },
      unset: { [channels.email]: unsubscribed, [channels.sms]: unsubscribed },
      push: { [channels.mobile]: subscribed, [channels.web]: unsubscribed },
      dead: { [channels.mobile]: unsubscribed, [channels.web]: subscribed },
      nothing: {},
    });
    const shown = await stage.show(connectionId);
    expect(shown.state).toBe('UP_TO_DATE');
    const { data } = await stage.ask('query ($id: ID!) { task(id: $id) { status processed total } }', {
      id: shown.taskId,
    });
    expect(data).toEqual({ task: { status: 'SUCCEEDED', processed: 5, total: 5 } });
  });

  it('tells only of those whose state changed afterwards, each once, whatever changed it', async () => {
    const names = ['email', 'address', 'moved', 'died', 'token', 'still'];
    await stage.add(
      names.map((userId) => ({
        userId,
        email: `${userId}@example.com`,
        emailSubscription: 'SUBSCRIBED',
        devices: [{ platform: 'ANDROID' as const }],
      })),
    );
    await settled();
    await setEmail('email', 'UNSUBSCRIBED');
    await setEmail('email', 'SUBSCRIBED');
    await setEmail('email', 'UNSUBSCRIBED');
    await stage.database.query(`UPDATE profile SET is_email_addressable = false WHERE user_id = 'address'`);
    const idOf = (userId: string) => `(SELECT id FROM profile WHERE user_id = '${userId}')`;
    await stage.database.query(`UPDATE device SET profile_id = ${idOf('still')} WHERE profile_id = ${idOf('moved')}`);
    await stage.database.query(`UPDATE device SET is_addressable = false WHERE profile_id = ${idOf('died')}`);
    await stage.database.query(`UPDATE device SET token = NULL WHERE profile_id = ${idOf('token')}`);
    await stage.database.query(`UPDATE profile SET attributes = '{"vip": true}'`);
    await stage.add([{ userId: 'new', number: '+356790009', smsSubscription: 'SUBSCRIBED' }]);
    await stage.run();
    const told = stage.peer.posts.flatMap(({ ChannelID, CommunicationMode, CustomerIDs }) =>
      CustomerIDs.map((id) => `${id} ${ChannelID} ${CommunicationMode}`),
    );
    expect(told.sort()).toEqual(
      [
        `email ${channels.email} ${unsubscribed}`,
        `address ${channels.email} ${unsubscribed}`,
        `moved ${channels.mobile} ${unsubscribed}`,
        `died ${channels.mobile} ${unsubscribed}`,
        `token ${channels.mobile} ${unsubscribed}`,
        `new ${channels.sms} ${subscribed}`,
      ].sort(),
    );
  });

  it('loses no change of a transaction that was open when it was switched on', async () => {
    await stage.add([{ userId: 'A1', email: 'a1@example.com', emailSubscription: 'SUBSCRIBED' }]);
    const other = await stage.openTransaction();
    await other.query(`UPDATE profile SET email_subscription = 'UNSUBSCRIBED' WHERE user_id = 'A1'`);
    await stage.allow();
    await stage.turnOn(connectionId);
    await stage.run();
    expect((await stage.show(connectionId)).state).toBe('PREPARING');
    await other.query('COMMIT');
    await other.end();
    await stage.run();
    expect(stage.stateOf('A1')).toEqual({ [channels.email]: unsubscribed });
  });

  it('waits for no transaction of another database on the same server', async () => {
    await stage.add([{ userId: 'A1', email: 'a1@example.com', emailSubscription: 'SUBSCRIBED' }]);
    const elsewhere = new URL(stage.database.url);
    elsewhere.pathname = '/postgres';
    const other = new Client({ connectionString: elsewhere.href });
    await other.connect();
    await other.query('BEGIN');
    await other.query('SELECT pg_current_xact_id()');
    await settled();
    expect(stage.stateOf('A1')).toEqual({ [channels.email]: subscribed });
    await other.end();
  });

  it('loses no change of a transaction that began and wrote while it was being switched on', async () => {
    await stage.add([{ userId: 'A1', email: 'a1@example.com', emailSubscription: 'SUBSCRIBED' }]);
    await stage.allow();
    await stage.turnOn(connectionId);
    const writing = await stage.openTransaction();
    // What a transaction sees that writes just before the switching on commits: nobody watches yet.
    await stage.database.query('DELETE FROM contact_watch');
    await writing.query(`UPDATE profile SET email_subscription = 'UNSUBSCRIBED' WHERE user_id = 'A1'`);
    await stage.database.query('INSERT INTO contact_watch SELECT id FROM project');
    await stage.run();
    expect(stage.peer.posts).toEqual([]);
    await writing.query('COMMIT');
    await writing.end();
    await stage.run();
    expect(stage.stateOf('A1')).toEqual({ [channels.email]: unsubscribed });
  });

  it('says nothing newer while Optimove may still be working on a post without an answer, and then the newest', async () => {
    await stage.add([{ userId: 'A1', email: 'a1@example.com', emailSubscription: 'UNSUBSCRIBED' }]);
    await settled();
    stage.peer.behaviour = () => 'cut-before';
    await setEmail('A1', 'SUBSCRIBED');
    await stage.run();
    stage.peer.forgetPosts();
    await stage.database.query(`UPDATE subscription_status SET owed_since = owed_since - interval '2 hours'`);
    await setEmail('A1', 'UNSUBSCRIBED');
    await stage.run();
    expect(stage.peer.posts).toEqual([]);
    expect(Math.floor(await hoursOwed())).toBe(2);
    stage.peer.states.set(`${channels.email} A1`, subscribed);
    await stage.runLater();
    expect(stage.stateOf('A1')).toEqual({ [channels.email]: unsubscribed });
    expect((await stage.show(connectionId)).state).toBe('UP_TO_DATE');
    expect(await hoursOwed()).toBe(0);
    stage.peer.behaviour = () => 'cut-before';
    await setEmail('A1', 'SUBSCRIBED');
    await stage.run();
    expect(await hoursOwed()).toBeLessThan(1);
    expect(await hoursOwed()).toBeGreaterThan(0);
  });

  it('treats what a process that died had posted as without an answer', async () => {
    await stage.add([{ userId: 'A1', email: 'a1@example.com', emailSubscription: 'SUBSCRIBED' }]);
    await stage.allow();
    await stage.turnOn(connectionId);
    const post = newId();
    stage.peer.behaviour = () => 'cut-before';
    await stage.run();
    await stage.database.query(`UPDATE subscription_post SET outcome = 'POSTING', ended_at = NULL, id = $1`, [post]);
    await stage.database.query('UPDATE subscription_status SET post_id = $1, next_try_at = now()', [post]);
    stage.peer.forgetPosts();
    await stage.run();
    expect(stage.peer.posts).toEqual([]);
    await stage.runLater();
    expect(stage.stateOf('A1')).toEqual({ [channels.email]: subscribed });
    const { data } = await stage.ask(
      `query ($id: ID!) { subscriptionPosts(connectionId: $id, first: 5) { nodes { outcome customers } } }`,
      { id: connectionId },
    );
    expect(data).toEqual({
      subscriptionPosts: {
        nodes: [
          { outcome: 'ACKNOWLEDGED', customers: 1 },
          { outcome: 'UNANSWERED', customers: 1 },
        ],
      },
    });
  });

  it('finds the customer whom Optimove refuses among many, keeps them as a failed row, and tells of the others', async () => {
    await stage.database.query(
      `INSERT INTO profile (id, project_id, user_id, email, email_subscription)
       SELECT gen_random_uuid(), $1, 'C' || n, 'c' || n || '@example.com', 'SUBSCRIBED' FROM generate_series(1, 300) n`,
      [stage.projectId],
    );
    stage.peer.behaviour = ({ CustomerIDs }) => (CustomerIDs.includes('C77') ? 400 : 200);
    await stage.allow();
    await stage.turnOn(connectionId);
    await stage.run();
    expect(stage.peer.states.size).toBe(299);
    const { taskId, targets } = await stage.show(connectionId);
    expect(targets.find(({ medium }) => medium === 'EMAIL')).toMatchObject({ owed: 0, acknowledged: 299, refused: 1 });
    const rows = await stage.database.query('SELECT row_data, reason FROM task_error WHERE task_id = $1', [taskId]);
    expect(rows).toEqual([
      {
        row_data: {
          customerId: 'C77',
          medium: 'EMAIL',
          optimoveChannelId: channels.email,
          appId: null,
          status: 'SUBSCRIBED',
        },
        reason: expect.stringContaining('400'),
      },
    ]);
    stage.peer.forgetPosts();
    await setEmail('C77', 'UNSUBSCRIBED');
    await stage.run();
    expect(stage.stateOf('C77')).toEqual({ [channels.email]: unsubscribed });
  });

  it('holds a channel that Optimove refuses as a whole, with a handful of calls, and goes on with the others', async () => {
    await stage.database.query(
      `INSERT INTO profile (id, project_id, user_id, email, email_subscription, mobile_number, sms_subscription)
       SELECT gen_random_uuid(), $1, 'C' || n, 'c' || n || '@example.com', 'SUBSCRIBED', '+35679' || n, 'SUBSCRIBED'
       FROM generate_series(1, 300) n`,
      [stage.projectId],
    );
    stage.peer.behaviour = ({ ChannelID }) => (ChannelID === channels.sms ? 400 : 200);
    await stage.allow();
    await stage.turnOn(connectionId);
    await stage.run();
    const shown = await stage.show(connectionId);
    expect(shown.state).toBe('HELD');
    expect(shown.targets.find(({ medium }) => medium === 'SMS')).toMatchObject({ owed: 300, refused: 0 });
    expect(shown.targets.find(({ medium }) => medium === 'EMAIL')).toMatchObject({ owed: 0, acknowledged: 300 });
    expect(stage.peer.posts.filter(({ ChannelID }) => ChannelID === channels.sms).length).toBeLessThan(25);
    stage.peer.behaviour = () => 200;
    await stage.runLater();
    expect((await stage.show(connectionId)).state).toBe('UP_TO_DATE');
  });

  it('needs another confirmation for other modes, and then tells of everyone again', async () => {
    await stage.add([{ userId: 'A1', email: 'a1@example.com', emailSubscription: 'SUBSCRIBED' }]);
    await settled();
    const swapped = { subscribedMode: 7, unsubscribedMode: 8 };
    expect((await stage.set(connectionId, swapped)).userErrors).toMatchObject([{ code: 'MAPPING_UNCONFIRMED' }]);
    expect((await stage.set(connectionId, { subscribedMode: 2 })).userErrors).toMatchObject([{ code: 'SAME_MODES' }]);
    const stale = await stage.set(connectionId, { ...swapped, isMappingConfirmed: true, version: 999 });
    expect(stale.userErrors).toMatchObject([{ code: 'STALE' }]);
    expect((await stage.set(connectionId, { ...swapped, isMappingConfirmed: true })).userErrors).toEqual([]);
    await stage.run();
    expect(stage.stateOf('A1')).toEqual({ [channels.email]: 7 });
  });

  it('tells of everyone again when asked to, and of a channel that is added', async () => {
    await stage.add([
      { userId: 'A1', email: 'a1@example.com', emailSubscription: 'SUBSCRIBED', devices: [{ platform: 'WEB' }] },
    ]);
    await stage.allow();
    await stage.turnOn(connectionId);
    await stage.database.query(`UPDATE channel SET state = 'REMOVED' WHERE kind = 'WEB_PUSH'`);
    await stage.run();
    expect(stage.stateOf('A1')).toEqual({ [channels.email]: subscribed });
    await stage.database.query(`UPDATE channel SET state = 'ACTIVE' WHERE kind = 'WEB_PUSH'`);
    stage.peer.forgetPosts();
    await stage.run();
    await stage.run();
    expect(stage.peer.posts.map(({ ChannelID }) => ChannelID)).toEqual([channels.web]);
    stage.peer.forgetPosts();
    expect((await stage.postAll(connectionId)).userErrors).toEqual([]);
    await stage.run();
    expect(stage.peer.posts.map(({ ChannelID }) => ChannelID).sort()).toEqual([channels.web, channels.email].sort());
  });

  it('puts at most 50,000 customers into one call, opt-outs first', async () => {
    await stage.database.query(
      `INSERT INTO profile (id, project_id, user_id, email, email_subscription)
       SELECT gen_random_uuid(), $1, 'C' || n, 'c' || n || '@example.com', CASE WHEN n <= 50001 THEN 'SUBSCRIBED' ELSE 'UNSUBSCRIBED' END
       FROM generate_series(1, 50011) n`,
      [stage.projectId],
    );
    await stage.allow();
    await stage.turnOn(connectionId);
    while ((await stage.show(connectionId)).state !== 'UP_TO_DATE') await stage.run();
    expect(stage.peer.states.size).toBe(50_011);
    // However long the walk took, and in whatever pieces it was posted: now all of it is owed at once.
    stage.peer.forgetPosts();
    await stage.database.query(
      `UPDATE subscription_status SET state = 'OWED', acknowledged = NULL, next_try_at = now()`,
    );
    while ((await stage.show(connectionId)).state !== 'UP_TO_DATE') await stage.run();
    expect(Math.max(...stage.peer.posts.map(({ CustomerIDs }) => CustomerIDs.length))).toBe(50_000);
    expect(stage.peer.posts[0]?.CommunicationMode).toBe(unsubscribed);
  }, 120_000);

  it('names people as Optimove knows them where an attribute decides who matches', async () => {
    await stage.add([
      { userId: 'login-1', email: 'l1@example.com', emailSubscription: 'SUBSCRIBED' },
      { userId: 'login-2', email: 'l2@example.com', emailSubscription: 'UNSUBSCRIBED' },
    ]);
    await stage.database.query(`UPDATE connection SET user_id_attribute = 'LOGIN' WHERE id = $1`, [connectionId]);
    await settled();
    expect(stage.peer.states.size).toBe(0);
    expect((await stage.show(connectionId)).withoutCustomer).toBe(2);
    const match = async (customerId: string, userIdValue: string) => {
      const connection = await stage.app.get(ConnectionsService).get(stage.projectId, connectionId);
      const customers = [{ seq: 1, customerId, userIdValue, mobileNumberValue: null }];
      const wanted = { connection, executionId: randomUUID(), customers };
      await stage.app.get(Transactions).run((tx) => stage.app.get(MatchingService).match(tx, wanted));
    };
    await match('cust-9', 'login-1');
    await stage.run();
    expect(stage.stateOf('cust-9')).toEqual({ [channels.email]: subscribed });
    await match('cust-9', 'login-2');
    await stage.run();
    expect(stage.stateOf('cust-9')).toEqual({ [channels.email]: unsubscribed });
  });

  it('says nothing of customer IDs that mean nobody or others since the connection finds people by another attribute', async () => {
    const setAttribute = async (userIdAttribute: string) => {
      const sql = 'SELECT id, version FROM connection WHERE id = $1';
      const [connection] = await stage.database.query<{ id: string; version: number }>(sql, [connectionId]);
      await stage.ask(
        'mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { id } } }',
        { input: { ...connection, userIdAttribute } },
      );
    };
    const match = async (customerId: string, userIdValue: string) => {
      const connection = await stage.app.get(ConnectionsService).get(stage.projectId, connectionId);
      const customers = [{ seq: 1, customerId, userIdValue, mobileNumberValue: null }];
      const wanted = { connection, executionId: randomUUID(), customers };
      await stage.app.get(Transactions).run((tx) => stage.app.get(MatchingService).match(tx, wanted));
    };
    await stage.add([
      { userId: 'one', email: 'one@example.com', emailSubscription: 'SUBSCRIBED' },
      { userId: 'two', email: 'two@example.com', emailSubscription: 'SUBSCRIBED' },
    ]);
    await settled();
    await setAttribute('LOGIN');
    await setEmail('one', 'UNSUBSCRIBED');
    await stage.runLater();
    expect(stage.peer.posts).toEqual([]);
    await match('two', 'one');
    await match('cust-2', 'two');
    await stage.runLater();
    expect([stage.stateOf('two'), stage.stateOf('cust-2'), stage.stateOf('one')]).toEqual([
      { [channels.email]: unsubscribed },
      { [channels.email]: subscribed },
      { [channels.email]: subscribed },
    ]);

    stage.peer.forgetPosts();
    await setAttribute('NICKNAME');
    await setEmail('two', 'UNSUBSCRIBED');
    await stage.runLater();
    await stage.runLater();
    expect(stage.peer.posts).toEqual([]);
    expect((await stage.show(connectionId)).withoutCustomer).toBe(2);
    await match('cust-2', 'two');
    await stage.runLater();
    expect(stage.stateOf('cust-2')).toEqual({ [channels.email]: unsubscribed });
    expect(stage.peer.posts.flatMap(({ CustomerIDs }) => CustomerIDs)).toEqual(['cust-2']);
  });

  it('ends with every customer’s last state at Optimove, whatever changes, is cut off or refused on the way', async () => {
    await stage.add(
      Array.from({ length: 60 }, (_, n) => ({
        userId: `R${n}`,
        email: `r${n}@example.com`,
        number: `+356${n}`,
        devices: [{ platform: n % 2 ? ('WEB' as const) : ('ANDROID' as const) }],
      })),
    );
    await stage.allow();
    await stage.turnOn(connectionId);
    const next = randomNumbers(20261);
    for (let round = 0; round < 50; round += 1) {
      const faults = ['cut-before', 'cut-after', 500, 429, 200, 200] as const;
      stage.peer.behaviour = () => faults[next(faults.length)] ?? 200;
      for (let change = 0; change < 5; change += 1) await changeSomebody(next);
      await (next(3) === 0 ? stage.runLater() : stage.run());
    }
    stage.peer.behaviour = () => 200;
    await stage.runLater();
    expect((await stage.show(connectionId)).state).toBe('UP_TO_DATE');
    const expected = await stage.database.query<{ key: string; mode: number }>(
      `SELECT '${channels.email} ' || user_id AS key, CASE WHEN email_subscription = 'SUBSCRIBED' AND is_email_addressable THEN 1 ELSE 2 END AS mode FROM profile
       UNION ALL SELECT '${channels.sms} ' || user_id, CASE WHEN sms_subscription = 'SUBSCRIBED' THEN 1 ELSE 2 END FROM profile
       UNION ALL SELECT CASE platform WHEN 'WEB' THEN '${channels.web} ' ELSE '${channels.mobile} ' END || user_id,
         CASE WHEN push_subscription <> 'UNSUBSCRIBED' AND d.is_addressable THEN 1 ELSE 2 END FROM device d JOIN profile p ON p.id = d.profile_id`,
    );
    expect(Object.fromEntries([...stage.peer.states].sort())).toEqual(
      Object.fromEntries(expected.map(({ key, mode }) => [key, mode] as const).sort()),
    );
    expect(expected).toHaveLength(180);
  }, 120_000);
});

/** The same numbers in every run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function changeSomebody(next: (below: number) => number): Promise<void> {
  const userId = `R${next(60)}`;
  const state = ['SUBSCRIBED', 'UNSUBSCRIBED'][next(2)];
  const changes = [
    `UPDATE profile SET email_subscription = '${state}' WHERE user_id = '${userId}'`,
    `UPDATE profile SET sms_subscription = '${state}' WHERE user_id = '${userId}'`,
    `UPDATE profile SET is_email_addressable = NOT is_email_addressable WHERE user_id = '${userId}'`,
    `UPDATE device SET push_subscription = '${state}' WHERE profile_id = (SELECT id FROM profile WHERE user_id = '${userId}')`,
    `UPDATE device SET is_addressable = NOT is_addressable WHERE profile_id = (SELECT id FROM profile WHERE user_id = '${userId}')`,
  ];
  await stage.database.query(changes[next(changes.length)] ?? '');
}
