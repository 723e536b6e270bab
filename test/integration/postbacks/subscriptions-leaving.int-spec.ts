import { newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import type { QueryRunner } from 'typeorm';
import { StatusesOfSignedOutPhones1795420000535 } from '../../../migrations/1795420000535-statuses-of-signed-out-phones';
import { SubscriptionSettingRepository } from '../../../src/postbacks/persistence/subscription-setting.repository';
import { WalkEveryone } from '../../../src/postbacks/subscriptions/walk-everyone';
import { ErasePerson } from '../../../src/profiles/personal-data/erase-person';
import { PreferencePeer } from './preference-peer';
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

const start = async (): Promise<void> => {
  await stage.allow();
  await stage.turnOn(connectionId);
  await stage.run();
};
const deviceOf = async (userId: string): Promise<string> => {
  const [row] = await stage.database.query<{ id: string }>(
    'SELECT d.id FROM device d JOIN profile p ON p.id = d.profile_id WHERE p.user_id = $1',
    [userId],
  );
  return row?.id ?? '';
};
const changeDevice = (id: string, what: string) =>
  stage.database.query(`UPDATE device SET ${what} WHERE id = $1`, [id]);

describe('a phone on which somebody signed out', () => {
  const signOut = (userId: string, phone: string) =>
    stage.database.query(
      `WITH anonymous AS (
         INSERT INTO profile (id, project_id, signed_out_from)
         SELECT gen_random_uuid(), project_id, id FROM profile WHERE user_id = $2 RETURNING id
       ) UPDATE device SET profile_id = anonymous.id FROM anonymous WHERE device.id = $1`,
      [phone, userId],
    );

  it('says nothing of them any more: their state is that of their own devices', async () => {
    await stage.add([{ userId: 'F', devices: [{ platform: 'ANDROID' }] }]);
    await start();
    expect(stage.stateOf('F')).toEqual({ [channels.mobile]: subscribed });
    const phone = await deviceOf('F');
    await signOut('F', phone);
    await stage.run();
    expect(stage.stateOf('F')).toEqual({ [channels.mobile]: unsubscribed });
    await changeDevice(phone, `token = 'newer'`);
    await stage.run();
    expect(stage.stateOf('F')).toEqual({ [channels.mobile]: unsubscribed });
    await stage.database.query(
      `INSERT INTO device (id, project_id, profile_id, token, platform)
       SELECT gen_random_uuid(), project_id, id, 'other', 'ANDROID' FROM profile WHERE user_id = 'F'`,
    );
    await stage.run();
    expect(stage.stateOf('F')).toEqual({ [channels.mobile]: subscribed });
    await changeDevice(phone, 'is_addressable = false');
    await stage.run();
    expect(stage.stateOf('F')).toEqual({ [channels.mobile]: subscribed });
  });

  it('says nothing of them either where a former version had told of it', async () => {
    await stage.add([
      { userId: 'F', devices: [{ platform: 'ANDROID' }, { platform: 'ANDROID' }] },
      { userId: 'G', devices: [{ platform: 'ANDROID' }] },
    ]);
    await start();
    const phones = { F: await deviceOf('F'), G: await deviceOf('G') };
    for (const [userId, phone] of Object.entries(phones)) await signOut(userId, phone);
    await stage.database.query(
      `UPDATE subscription_status s SET profile_id = p.id FROM profile p WHERE p.signed_out_from = s.profile_id`,
    );
    await stage.database.query('DELETE FROM contact_change');
    const runner = { query: (sql: string) => stage.database.query(sql) } as unknown as QueryRunner;
    await new StatusesOfSignedOutPhones1795420000535().up(runner);
    await stage.run();
    expect(stage.stateOf('G')).toEqual({ [channels.mobile]: unsubscribed });
    await changeDevice(phones.F, `token = 'newer'`);
    await stage.run();
    expect(stage.stateOf('F')).toEqual({ [channels.mobile]: subscribed });
  });
});

describe('an account that a connection leaves for another one', () => {
  it('is told no more, and everyone is told to the new one', async () => {
    await stage.add([{ userId: 'F', email: 'f@example.com', emailSubscription: 'SUBSCRIBED' }]);
    await start();
    expect(stage.stateOf('F')).toEqual({ [channels.email]: subscribed });
    await stage.database.query(
      `INSERT INTO subscription_status (target_id, customer_id, project_id, connection_id, profile_id, owed, acknowledged, state)
       SELECT target_id, 'theirs', project_id, connection_id, profile_id, 'SUBSCRIBED', 'SUBSCRIBED', 'ACKNOWLEDGED'
       FROM subscription_status WHERE customer_id = 'F' LIMIT 1`,
    );
    await stage.database.query(
      `INSERT INTO matched_customer (connection_id, customer_id, project_id, profile_id)
       SELECT $1, 'theirs', project_id, id FROM profile WHERE user_id = 'F'`,
      [connectionId],
    );
    const next = await PreferencePeer.start();
    try {
      const { data } = await stage.ask(
        'mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { id } } }',
        { input: { id: connectionId, version: 1, endpoint: next.endpoint, apiToken: 'token-of-next' } },
      );
      expect(data).toMatchObject({ updateConnection: { connection: { id: connectionId } } });
      stage.peer.forgetPosts();
      await stage.database.query('UPDATE profile SET updated_at = now()');
      await stage.run();
      expect(stage.peer.posts).toEqual([]);
      expect([...next.states]).toEqual([[`${channels.email} F`, subscribed]]);
    } finally {
      await next.close();
    }
  });
});

const deleteConnection = () =>
  stage.ask('mutation ($input: DeleteConnectionInput!) { deleteConnection(input: $input) { deletedId } }', {
    input: { id: connectionId, acceptConsequences: true },
  });

describe('a reading of everyone that is under way', () => {
  /** Begins it, and comes to nobody. */
  const begin = async (): Promise<string> => {
    await stage.allow();
    await stage.turnOn(connectionId);
    const connection = await stage.app.get(ConnectionsService).get(stage.projectId, connectionId);
    const setting = await stage.app
      .get(SubscriptionSettingRepository, { strict: false })
      .find(stage.app.get(Transactions).pool, stage.projectId, connectionId);
    if (!setting) throw new Error('Nothing is set');
    await stage.app.get(WalkEveryone, { strict: false }).run(connection, setting, 0);
    return (await stage.show(connectionId)).taskId ?? '';
  };
  const taskOf = async (id: string) => {
    const { data } = await stage.ask('query ($id: ID!) { task(id: $id) { status detail } }', { id });
    return (data as { task: { status: string; detail: string | null } }).task;
  };
  const bringChannel = () =>
    stage.database.query(
      `INSERT INTO channel (id, project_id, connection_id, kind, name, optimove_channel_id, state)
     SELECT gen_random_uuid(), project_id, connection_id, kind, 'another', 508, state FROM channel WHERE kind = 'WEB_PUSH'`,
    );

  it.each([
    ['the connection is deleted', () => deleteConnection(), 'The connection was deleted'],
    ['the project may no longer', () => stage.allow(false), 'Posting was no longer allowed'],
    ['it is switched off', () => stage.set(connectionId, { isOn: false }), 'It was switched off'],
    ['everyone is posted again', () => stage.postAll(connectionId), 'It began anew'],
    ['a channel comes', bringChannel, 'A channel or app came, so it began anew'],
  ])('ends with the reason when %s', async (_, happen, reason) => {
    await stage.add([{ userId: 'A1', email: 'a1@example.com', emailSubscription: 'SUBSCRIBED' }]);
    const taskId = await begin();
    expect(await taskOf(taskId)).toEqual({ status: 'RUNNING', detail: null });
    await happen();
    await stage.run();
    expect(await taskOf(taskId)).toEqual({ status: 'FAILED', detail: `${reason} before everyone had been read` });
  });
});

describe('somebody who is erased', () => {
  const erase = async (userId: string): Promise<void> => {
    const people = stage.app.get(ErasePerson, { strict: false });
    const actor = { projectId: stage.projectId, keyId: newId(), label: 'tests', role: 'ADMIN' as const };
    await people.start(actor, userId);
    const [erasure] = await stage.database.query<{ id: string }>('SELECT id FROM erasure');
    await people.run(erasure?.id ?? '');
  };
  const kept = () =>
    stage.database.query('SELECT customer_id, owed FROM subscription_status ORDER BY customer_id, target_id');

  it('is told to be unsubscribed wherever Optimove may take them for subscribed, and forgotten then', async () => {
    await stage.add([
      { userId: 'A1', email: 'a1@example.com', emailSubscription: 'SUBSCRIBED', number: '+356790001' },
      { userId: 'B1', email: 'b1@example.com', emailSubscription: 'SUBSCRIBED' },
    ]);
    await start();
    stage.peer.forgetPosts();
    await erase('A1');
    expect(await kept()).toEqual([
      { customer_id: 'A1', owed: 'UNSUBSCRIBED' },
      { customer_id: 'B1', owed: 'SUBSCRIBED' },
    ]);
    stage.peer.behaviour = () => 500;
    await stage.run();
    stage.peer.behaviour = () => 200;
    await stage.runLater();
    expect(stage.stateOf('A1')).toEqual({ [channels.email]: unsubscribed, [channels.sms]: unsubscribed });

    expect(await kept()).toEqual([{ customer_id: 'B1', owed: 'SUBSCRIBED' }]);
    expect(stage.stateOf('B1')).toEqual({ [channels.email]: subscribed });
  });

  it.each([
    ['it is switched off', () => stage.set(connectionId, { isOn: false })],
    ['the connection is deleted', () => deleteConnection()],
  ])('is forgotten when nothing is told any more, because %s', async (_, end) => {
    await stage.add([{ userId: 'A1', email: 'a1@example.com', emailSubscription: 'SUBSCRIBED' }]);
    await start();
    await erase('A1');
    await end();
    await stage.run();
    expect(await kept()).toEqual([]);
  });

  it('is forgotten at once when the connection had been deleted before', async () => {
    await stage.add([{ userId: 'A1', email: 'a1@example.com', emailSubscription: 'SUBSCRIBED' }]);
    await start();
    await deleteConnection();
    await stage.run();
    expect(await kept()).toEqual([{ customer_id: 'A1', owed: 'SUBSCRIBED' }]);
    await erase('A1');
    expect(await kept()).toEqual([]);
  });
});
