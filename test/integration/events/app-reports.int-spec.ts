import type { InAppMessage, Medium } from '@libs/delivery';
import { newId } from '@libs/foundation';
import { DeliveryService } from '@modules/channels';
import { deliveryId } from '../../../src/campaigns/domain/execution/delivery-id';
import { mutate } from '../../support/campaign-stage';
import { insertExecution } from '../ledger/stage';
import { type EventsStage, type Reached, stageEvents } from './stage';

interface Counts {
  delivered: number;
  opened: number;
  clicked: number;
}

/** Which reports of a notification count, by how the ledger has it, and how an earlier attempt was closed. */
const standings = [
  { table: 'delivery', state: 'CLAIMED', closedAs: null, counts: true },
  { table: 'delivery', state: 'ACCEPTED', closedAs: null, counts: true },
  { table: 'delivery', state: 'UNCERTAIN', closedAs: null, counts: true },
  { table: 'delivery', state: 'RETRY', closedAs: null, counts: false },
  { table: 'delivery', state: 'REJECTED', closedAs: null, counts: false },
  { table: 'delivery', state: 'RETRY', closedAs: 'SENT_AGAIN', counts: true },
  { table: 'delivery', state: 'REJECTED', closedAs: 'SENT_AGAIN', counts: true },
  { table: 'delivery', state: 'RETRY', closedAs: 'RETRIED', counts: false },
  { table: 'delivery', state: 'REJECTED', closedAs: 'RETRIED', counts: false },
  { table: 'test_delivery', state: 'ACCEPTED', closedAs: null, counts: true },
  { table: 'test_delivery', state: 'UNCERTAIN', closedAs: null, counts: true },
  { table: 'test_delivery', state: 'NOT_SENT', closedAs: null, counts: false },
  { table: 'test_delivery', state: 'REJECTED', closedAs: null, counts: false },
] as const;

/** An installation of somebody's app. */
interface Phone {
  deviceId: string;
  call(method: string, path: string, body?: object): Promise<Response>;
  report(id: string, what: string): Promise<number>;
}

describe('what apps report of their messages', () => {
  let stage: EventsStage;
  let sdkKey: string;

  beforeAll(async () => {
    stage = await stageEvents(5);
    const made = await mutate<{ sdkKey: string }>(stage.graphql, 'createApp', 'CreateAppInput', 'sdkKey', {
      name: 'Casino',
      platform: 'ANDROID',
    });
    sdkKey = made.sdkKey;
    await mutate(stage.graphql, 'createProviderAccount', 'CreateProviderAccountInput', 'providerAccount { id }', {
      ...{ provider: 'in-app', name: 'Inside', settings: [] },
    });
  }, 180_000);
  afterAll(() => stage?.close());

  const person = (index: number): Reached => stage.people[index] as Reached;

  /** Registers an installation in which the person signs in. */
  async function phoneOf({ profileId }: Reached): Promise<Phone> {
    const send = (method: string, path: string, headers: Record<string, string>, body?: object) =>
      fetch(`${stage.apiUrl}/sdk/v1/${path}`, {
        method,
        headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
        body: body && JSON.stringify(body),
      });
    const installationId = newId();
    const registered = await send('POST', 'devices', { 'x-app-key': sdkKey }, { installationId });
    const { deviceId, deviceSecret } = (await registered.json()) as { deviceId: string; deviceSecret: string };
    const [profile] = await stage.database.query<{ user_id: string }>('SELECT user_id FROM profile WHERE id = $1', [
      profileId,
    ]);
    const own = { authorization: `Bearer ${deviceSecret}` };
    const call: Phone['call'] = (method, path, body) => send(method, path, own, body);
    expect((await call('PUT', 'device/user', { userId: profile?.user_id })).status).toBe(200);
    return { deviceId, call, report: async (id, what) => (await call('POST', `messages/${id}/${what}`)).status };
  }

  const messageTo = ({ seq }: Pick<Reached, 'seq'>, medium: Medium, addressKey: string): string =>
    deliveryId({ executionId: stage.executionId, seq, medium, addressKey });

  /** Has the ledger know of a notification to the installation. */
  async function pushTo({ seq, profileId }: Reached, { deviceId }: Phone): Promise<string> {
    await stage.database.query(
      `INSERT INTO delivery (execution_id, seq, medium, address_key, project_id, profile_id, account_id, state, fence, answered_at)
       VALUES ($1, $2, 'MOBILE_PUSH', $3, $4, $5, $6, 'ACCEPTED', 1, now())`,
      [stage.executionId, seq, deviceId, stage.projectId, profileId, stage.accounts.fcm],
    );
    return messageTo({ seq }, 'MOBILE_PUSH', deviceId);
  }

  const counts = async (): Promise<Counts> => {
    await stage.apply();
    return stage.funnel<Counts>('delivered opened clicked');
  };

  /** What these reports add to the funnel. */
  async function addedBy(phone: Phone, id: string, ...reports: string[]): Promise<Counts> {
    const before = await counts();
    for (const what of reports) expect(await phone.report(id, what)).toBe(204);
    const { delivered, opened, clicked } = await counts();
    return {
      delivered: delivered - before.delivered,
      opened: opened - before.opened,
      clicked: clicked - before.clicked,
    };
  }

  it('count a notification as delivered when it is displayed, and as opened when its person opens it', async () => {
    const phone = await phoneOf(person(0));
    const id = await pushTo(person(0), phone);
    expect(await addedBy(phone, id, 'displayed', 'displayed')).toEqual({ delivered: 1, opened: 0, clicked: 0 });
    expect(await addedBy(phone, id, 'delivered', 'dismissed')).toEqual({ delivered: 0, opened: 0, clicked: 0 });
    expect(await addedBy(phone, id, 'opened', 'opened')).toEqual({ delivered: 0, opened: 1, clicked: 0 });
    expect(await addedBy(phone, id, 'clicked')).toEqual({ delivered: 0, opened: 0, clicked: 1 });
  });

  it('count a click on a notification as delivered and opened, and one that is put away as delivered', async () => {
    const [clicking, dismissing] = [await phoneOf(person(1)), await phoneOf(person(2))];
    const clicked = await pushTo(person(1), clicking);
    expect(await addedBy(clicking, clicked, 'clicked')).toEqual({ delivered: 1, opened: 1, clicked: 1 });
    const dismissed = await pushTo(person(2), dismissing);
    expect(await addedBy(dismissing, dismissed, 'dismissed')).toEqual({ delivered: 1, opened: 0, clicked: 0 });
  });

  it('count an in-app message as opened when it is displayed, and show it no more once it was clicked', async () => {
    const phone = await phoneOf(person(3));
    const id = messageTo(person(3), 'IN_APP', 'in-app');
    await keep({ deliveryId: id, profileId: person(3).profileId });
    const shown = async (): Promise<string[]> => {
      const answer = await phone.call('GET', 'in-app?trigger=SESSION_START');
      return ((await answer.json()) as { messages: { id: string }[] }).messages.map((message) => message.id);
    };
    expect(await shown()).toEqual([id]);
    expect(await addedBy(phone, id, 'delivered')).toEqual({ delivered: 1, opened: 0, clicked: 0 });
    expect(await addedBy(phone, id, 'displayed')).toEqual({ delivered: 0, opened: 1, clicked: 0 });
    expect(await addedBy(phone, id, 'dismissed')).toEqual({ delivered: 0, opened: 0, clicked: 0 });
    expect(await addedBy(phone, id, 'clicked')).toEqual({ delivered: 0, opened: 0, clicked: 1 });
    expect(await shown()).toEqual([]);
  });

  it('are refused of notifications that went to others, however their ID is made up, even of another project', async () => {
    const phone = await phoneOf(person(4));
    const own = await pushTo(person(4), phone);
    expect(await phone.report(own, 'displayed')).toBe(204);
    const before = await counts();
    for (const index of [0, 1, 2, 3])
      expect(await phone.report(messageTo(person(index), 'MOBILE_PUSH', phone.deviceId), 'clicked')).toBe(404);
    expect(await phone.report(messageTo({ seq: 999 }, 'MOBILE_PUSH', phone.deviceId), 'clicked')).toBe(404);
    const elsewhere = await insertExecution(stage.database, { projectId: newId(), people: 1 });
    await stage.database.query(
      `INSERT INTO delivery (execution_id, seq, medium, address_key, project_id, profile_id, account_id, state, fence)
       SELECT execution_id, seq, 'MOBILE_PUSH', $2, project_id, $3, $3, 'ACCEPTED', 1 FROM recipient WHERE execution_id = $1`,
      [elsewhere, phone.deviceId, newId()],
    );
    const ofElsewhere = { executionId: elsewhere, seq: 1, medium: 'MOBILE_PUSH', addressKey: phone.deviceId } as const;
    expect(await phone.report(deliveryId(ofElsewhere), 'clicked')).toBe(404);
    expect(await counts()).toEqual(before);
  });

  it.each(standings)('of $table $state, closed before as $closedAs, count: $counts', async (standing) => {
    const phone = await phoneOf(person(4));
    const id = await standingOf(phone, standing);
    const before = await counts();
    expect(await phone.report(id, 'clicked')).toBe(standing.counts ? 204 : 404);
    if (!standing.counts) expect(await counts()).toEqual(before);
  });

  it('are told apart by every state that the ledger and tests have', async () => {
    expect(standings).toHaveLength(13);
    const known = await stage.database.query<{ table: string; state: string }>(
      `SELECT c.conrelid::regclass::text AS table, s[1] AS state FROM pg_constraint c
       CROSS JOIN regexp_matches(pg_get_constraintdef(c.oid), '''([A-Z_]+)''', 'g') AS s
       WHERE c.conname IN ('ck_delivery_state', 'ck_test_delivery_state')
         AND c.conrelid IN ('delivery'::regclass, 'test_delivery'::regclass)`,
    );
    const covered = new Set(standings.map(({ table, state }) => `${table} ${state}`));
    expect(new Set(known.map(({ table, state }) => `${table} ${state}`))).toEqual(covered);
  });

  it('are refused of messages that went to another installation or person, and in other words', async () => {
    const [phone, other] = [await phoneOf(person(4)), await phoneOf(person(3))];
    const push = await pushTo(person(4), phone);
    const inApp = messageTo(person(4), 'IN_APP', 'in-app');
    await keep({ deliveryId: inApp, profileId: person(4).profileId });
    for (const id of [push, inApp, 'nonsense']) expect(await other.report(id, 'displayed')).toBe(404);
    expect(await phone.report(push, 'read')).toBe(404);
    expect((await fetch(`${stage.apiUrl}/sdk/v1/messages/${push}/opened`, { method: 'POST' })).status).toBe(401);
  });

  /** A notification to the installation that stands like this. @returns its ID. */
  async function standingOf(phone: Phone, { table, state, closedAs }: (typeof standings)[number]): Promise<string> {
    if (table === 'test_delivery') return testTo(phone, state);
    const id = await pushTo(person(4), phone);
    const key = [stage.executionId, person(4).seq, phone.deviceId];
    const ofIt = `execution_id = $1 AND seq = $2 AND medium = 'MOBILE_PUSH' AND address_key = $3`;
    await stage.database.query(`UPDATE delivery SET state = $4 WHERE ${ofIt}`, [...key, state]);
    await stage.database.query(
      `INSERT INTO delivery_past (execution_id, seq, medium, address_key, fence, project_id, state, attempts, claimed_at, closed_as, closed_by)
       SELECT execution_id, seq, medium, address_key, 0, project_id, 'UNCERTAIN', 1, now(), $4, 'somebody' FROM delivery
       WHERE ${ofIt} AND $4::text IS NOT NULL`,
      [...key, closedAs],
    );
    return id;
  }

  /** A test to the installation, in a state. @returns the ID of its notification. */
  async function testTo({ deviceId }: Phone, state: string): Promise<string> {
    const testSendId = newId();
    await stage.database.query(
      `INSERT INTO test_send (id, project_id, campaign_id, content, prefix, sent_by) VALUES ($1, $2, $3, '{}', '', 'somebody')`,
      [testSendId, stage.projectId, newId()],
    );
    await stage.database.query(
      `INSERT INTO test_delivery (test_send_id, seq, medium, address_key, project_id, profile_id, state)
       VALUES ($1, 1, 'MOBILE_PUSH', $2, $3, $4, $5)`,
      [testSendId, deviceId, stage.projectId, person(4).profileId, state],
    );
    return deliveryId({ executionId: testSendId, seq: 1, medium: 'MOBILE_PUSH', addressKey: deviceId });
  }

  /** Hands an in-app message over, as an execution does. */
  async function keep({ deliveryId, profileId }: { deliveryId: string; profileId: string }): Promise<void> {
    const delivery = stage.app.get(DeliveryService, { strict: false });
    const [sender] = (await delivery.sendersFor(stage.projectId, ['IN_APP'])).all;
    const message: InAppMessage = {
      ...{ deliveryId, profileId, style: 'MODAL', title: 'Hello', body: 'Inside' },
      trigger: { kind: 'SESSION_START' },
    };
    await sender?.sendBatch([message], { mayWrite: () => true, isUrgent: false });
  }
});
