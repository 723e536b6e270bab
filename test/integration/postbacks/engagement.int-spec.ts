import { newId } from '@libs/foundation';
import { signatureOf } from '@libs/optimove-client';
import { Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { ConnectionRepository } from '../../../src/connections/persistence/connection.repository';
import { EndEngagement } from '../../../src/postbacks/engagement/end-engagement';
import { HandOnEngagement } from '../../../src/postbacks/engagement/hand-on-engagement';
import { PostEngagement } from '../../../src/postbacks/engagement/post-engagement';
import { EngagementEventRepository } from '../../../src/postbacks/persistence/engagement-event.repository';
import { EngagementSettingRepository } from '../../../src/postbacks/persistence/engagement-setting.repository';
import { newClock, type Stage, setStage } from './stage';

/** Somebody's event as it is kept. */
interface KeptEvent {
  customer: string;
  /** Null while it waits. */
  state: string | null;
  error: string | null;
  doubts: number | null;
}

interface Standing {
  version: number;
  owed: number;
  waiting: number;
  acknowledged: number;
  refused: number;
  uncertain: number;
  expired: number;
  maybeTwice: number;
  oldestOwedAt: string | null;
  alarm: string | null;
}

const tenantToken = 'tenant-token-of-a-test';
const hourMs = 3_600_000;
const view = `version waiting owed acknowledged refused uncertain expired maybeTwice oldestOwedAt alarm hasEventsToken`;

describe('what customers did, told to Optimove one by one', () => {
  let stage: Stage;
  let connectionId: string;
  let connections = 0;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  beforeEach(async () => {
    stage.optimove.reset();
    connections += 1;
    connectionId = await stage.connect(`Engaged ${connections}`, 'ABSOLUTE');
    expect(await set({ everyMinutes: 0 })).toEqual([]);
  });
  afterAll(() => stage.close());

  const answer = async <T>(document: string, variables: object): Promise<T> => {
    const { data, errors } = await stage.ask(document, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return data as T;
  };
  const standing = async (): Promise<Standing> =>
    (
      await answer<{ engagementPostback: Standing }>(
        `query ($id: ID!) { engagementPostback(connectionId: $id) { ${view} } }`,
        { id: connectionId },
      )
    ).engagementPostback;
  async function set(input: object): Promise<{ code: string; path: string[] }[]> {
    const { version } = await standing();
    const { setEngagementPostback } = await answer<{ setEngagementPostback: { userErrors: never[] } }>(
      `mutation ($input: SetEngagementPostbackInput!) { setEngagementPostback(input: $input) { userErrors { code path } } }`,
      { input: { connectionId, version, ...input } },
    );
    return setEngagementPostback.userErrors;
  }
  const batches = async (filter = ''): Promise<{ id: string; state: string; customers: number; doubts: number }[]> =>
    (
      await answer<{ engagementBatches: { nodes: never[] } }>(
        `query ($id: ID!) { engagementBatches(connectionId: $id ${filter}) { nodes { id state customers doubts } } }`,
        { id: connectionId },
      )
    ).engagementBatches.nodes;
  const post = (): Promise<void> => stage.app.get(PostEngagement).run(connectionId);
  const people = (count: number) => Array.from({ length: count }, (_, n) => ({ customer: `C${n + 1}` }));
  const countedIds = (): string[] => stage.optimove.counted.flatMap(({ CustomerIDs }) => CustomerIDs);

  it('goes out by event, template and day in the connection’s zone, a bounce as 7', async () => {
    await stage.database.query(`UPDATE connection SET time_zone = 'Pacific/Auckland' WHERE id = $1`, [connectionId]);
    const occurredAt = new Date('2026-05-04T20:00:00Z');
    await stage.engage(connectionId, [
      { customer: 'A8272', occurredAt },
      { customer: 'A9165', occurredAt },
      { customer: 'A8272', kind: 'BOUNCED', occurredAt },
      { customer: 'A8272', template: '7732', occurredAt },
    ]);
    await post();
    const key = { CampaignID: 20417, ChannelID: 506, TemplateID: 7731, InteractionDate: '2026-05-05' };
    expect(stage.optimove.interactions).toEqual([
      { ...key, EventID: 2, CustomerIDs: ['A8272', 'A9165'] },
      { ...key, EventID: 7, CustomerIDs: ['A8272'] },
      { ...key, TemplateID: 7732, EventID: 2, CustomerIDs: ['A8272'] },
    ]);
    expect(await standing()).toMatchObject({ waiting: 0, owed: 0, acknowledged: 4, alarm: null });
  });

  it('is collected for as long as the connection says', async () => {
    await set({ everyMinutes: 5 });
    await stage.engage(connectionId, people(2));
    await post();
    expect(stage.optimove.interactions).toEqual([]);
    expect(await standing()).toMatchObject({ waiting: 2, owed: 0 });
    await stage.database.query(`UPDATE engagement_event SET taken_at = now() - interval '5 minutes'`);
    await post();
    expect(countedIds()).toHaveLength(2);
  });

  it('names at most 10,000 customers a call, and nobody twice in one', async () => {
    await stage.engage(connectionId, [...people(10_001), { customer: 'C1' }]);
    await post();
    expect(stage.optimove.interactions.map(({ CustomerIDs }) => CustomerIDs.length)).toEqual([10_000, 2]);
    expect(countedIds().filter((id) => id === 'C1')).toHaveLength(2);
  });

  it.each([
    ['429', 429],
    ['401', 401],
  ])('waits after %s, which counts nothing, without a doubt', async (_name, status) => {
    await stage.engage(connectionId, people(3));
    stage.optimove.engagement = () => status;
    await post();
    expect(await batches()).toMatchObject([{ state: 'OWED', doubts: 0 }]);
    stage.optimove.engagement = () => 200;
    await post();
    expect(stage.optimove.interactions).toHaveLength(1);
    await stage.wait(connectionId);
    await post();
    expect(countedIds()).toHaveLength(3);
    expect(await standing()).toMatchObject({ acknowledged: 3, maybeTwice: 0 });
  });

  it('is posted again after no answer where a lost batch is worse, and shows that it may have counted twice', async () => {
    await stage.engage(connectionId, people(3));
    stage.optimove.engagement = () => 'lose';
    await post();
    stage.optimove.engagement = () => 200;
    await stage.wait(connectionId);
    await post();
    expect(stage.optimove.counted).toHaveLength(2);
    expect(await standing()).toMatchObject({ acknowledged: 3, maybeTwice: 3 });
    expect(await batches(', isDoubted: true')).toMatchObject([{ state: 'ACKNOWLEDGED', doubts: 1 }]);
  });

  it('is kept after no answer where a double is worse, and asked for at Optimove', async () => {
    await set({ onDoubt: 'KEEP' });
    stage.optimove.engagement = (sent) => (sent?.EventID === 2 ? 'lose' : 'break');
    await stage.engage(connectionId, [...people(3), { customer: 'C1', kind: 'CLICKED' }]);
    await post();
    await stage.wait(connectionId);
    await post();
    await stage.wait(connectionId);
    await post();
    expect(stage.optimove.interactions).toHaveLength(2);
    expect(await standing()).toMatchObject({ uncertain: 4, alarm: expect.stringContaining('4 events') });
    const ids = (await batches()).map(({ id }) => id);
    const { checkEngagement } = await answer<{ checkEngagement: { checks: { outcome: string }[] } }>(
      'mutation ($input: CheckEngagementInput!) { checkEngagement(input: $input) { checks { id outcome } } }',
      { input: { connectionId, ids } },
    );
    expect(checkEngagement.checks.map(({ outcome }) => outcome).sort()).toEqual(['FOUND', 'NOT_FOUND']);
    expect(await standing()).toMatchObject({ uncertain: 1, acknowledged: 3 });
    stage.optimove.engagement = () => 200;
    const [left] = await batches(', state: UNCERTAIN');
    const settle = 'mutation ($input: SettleEngagementInput!) { settleEngagement(input: $input) { settledIds } }';
    const input = { connectionId, ids: [left?.id], decision: 'POST_AGAIN' };
    expect(await answer(settle, { input })).toEqual({ settleEngagement: { settledIds: [left?.id] } });
    await post();
    expect(stage.optimove.counted.map(({ EventID }) => EventID)).toEqual([2, 3]);
    expect(await standing()).toMatchObject({ uncertain: 0, acknowledged: 4, maybeTwice: 1 });
  });

  it('is in doubt when the process died during a post', async () => {
    await stage.engage(connectionId, people(1));
    stage.optimove.engagement = () => 429;
    await post();
    await stage.database.query(`UPDATE engagement_batch SET state = 'POSTING', next_try_at = now()`);
    stage.optimove.engagement = () => 200;
    await post();
    expect(await batches()).toMatchObject([{ state: 'ACKNOWLEDGED', doubts: 1 }]);
  });

  it('is kept in doubt after that for as long as anything where a double is worse', async () => {
    await set({ onDoubt: 'KEEP' });
    await stage.engage(connectionId, people(1));
    stage.optimove.engagement = () => 429;
    await post();
    await stage.database.query(`UPDATE engagement_batch SET state = 'POSTING' WHERE connection_id = $1`, [
      connectionId,
    ]);
    await post();
    expect(await batches()).toMatchObject([{ state: 'UNCERTAIN' }]);
    await stage.database.query(
      `UPDATE engagement_batch SET settled_at = settled_at - interval '91 days' WHERE connection_id = $1`,
      [connectionId],
    );
    await stage.app.get(EngagementEventRepository).forget(stage.app.get(Transactions).pool, 90);
    expect(await batches()).toEqual([]);
  });

  it('finds the customer whom Optimove refuses among many, as a row to download', async () => {
    stage.optimove.engagement = (sent) => (sent?.CustomerIDs.includes('C77') ? 400 : 200);
    await stage.engage(connectionId, people(300));
    await post();
    expect(new Set(countedIds()).size).toBe(299);
    expect(countedIds()).toHaveLength(299);
    expect(await standing()).toMatchObject({ acknowledged: 299, refused: 1, owed: 0 });
    const csv = await fetch(`${await stage.app.getUrl()}/postbacks/${connectionId}/engagement.csv?state=REFUSED`, {
      headers: { authorization: `Bearer ${stage.adminKey}` },
    });
    const [, row = '', ...others] = (await csv.text()).trim().split('\n');
    expect(row).toMatch(/^"?C77"?,.*REFUSED.*400/);
    expect(others).toEqual([]);
  });

  it('gives up a message that Optimove refuses as a whole after a handful of calls', async () => {
    stage.optimove.engagement = () => 400;
    await stage.engage(connectionId, people(5_000));
    await post();
    expect(stage.optimove.interactions.length).toBeLessThan(30);
    expect(await standing()).toMatchObject({ refused: 5_000, owed: 0 });
  });

  it('is told no more when the campaign’s last send is seven days ago', async () => {
    await stage.engage(connectionId, [{ customer: 'C1', closesAt: new Date(Date.now() - 1_000) }]);
    await post();
    expect(stage.optimove.interactions).toEqual([]);
    expect(await standing()).toMatchObject({ expired: 1, owed: 0, alarm: expect.stringContaining('seven days') });
  });

  it('is told as long as its campaign goes on', async () => {
    await stage.collect(connectionId, [{ sent: 10 }]);
    await stage.engage(connectionId, [{ customer: 'C1', closesAt: new Date(Date.now() - 1_000) }]);
    await post();
    expect(countedIds()).toEqual(['C1']);
  });

  it('is made into batches by the clock once it has waited, each connection for as long as it collects', async () => {
    const patient = connectionId;
    await set({ everyMinutes: 1440 });
    await stage.engage(patient, people(2));
    connectionId = await stage.connect(`Engaged ${connections} at once`, 'ABSOLUTE');
    await set({ everyMinutes: 0 });
    await stage.engage(connectionId, people(1));
    await newClock(stage).post();
    expect(await standing()).toMatchObject({ waiting: 0, acknowledged: 1 });
    connectionId = patient;
    expect(await standing()).toMatchObject({ waiting: 2, acknowledged: 0 });
  });

  it('goes with its connection when that is deleted, as does the token', async () => {
    const kept = () =>
      stage.database.query<{ state: string | null; error: string | null }>(
        `SELECT b.state, b.last_error AS error FROM engagement_event e LEFT JOIN engagement_batch b ON b.id = e.batch_id
         WHERE e.connection_id = $1`,
        [connectionId],
      );
    const url = new URL('/api/saveEvent', stage.optimove.endpoint).href;
    expect(await set({ road: 'EVENTS', eventsUrl: url, eventsToken: tenantToken })).toEqual([]);
    stage.optimove.engagement = () => 429;
    await stage.engage(connectionId, people(1));
    await post();
    await set({ everyMinutes: 1440 });
    await stage.engage(connectionId, people(2));
    expect(await kept()).toHaveLength(3);
    const deletion = `mutation ($id: ID!) { deleteConnection(input: { id: $id, acceptConsequences: true }) { deletedId } }`;
    await answer(deletion, { id: connectionId });
    await stage.app.get(EndEngagement).ofConnection(connectionId);
    await stage.engage(connectionId, people(3));
    expect(await kept()).toEqual([{ state: 'EXPIRED', error: 'The connection was deleted' }]);
    const [setting] = await stage.database.query(
      'SELECT events_token FROM engagement_postback WHERE connection_id = $1',
      [connectionId],
    );
    expect(setting).toEqual({ events_token: null });
    await stage.database.query(
      `UPDATE engagement_batch SET settled_at = now() - interval '91 days' WHERE connection_id = $1`,
      [connectionId],
    );
    await newClock(stage).forget();
    expect(await kept()).toEqual([]);
  });

  it('goes with its connection also where the job that was to end it is lost, and with no other', async () => {
    const url = new URL('/api/saveEvent', stage.optimove.endpoint).href;
    const withToken = { road: 'EVENTS', eventsUrl: url, eventsToken: tenantToken, everyMinutes: 1440 };
    const another = async (what: string): Promise<string> => {
      connectionId = await stage.connect(`Engaged ${connections} with ${what}`, 'ABSOLUTE');
      return connectionId;
    };
    const kept = connectionId;
    await set(withToken);
    await stage.engage(kept, people(1));
    const tokenLeft = await another('a token');
    await set(withToken);
    const waiting = await another('events that wait');
    await stage.engage(waiting, people(1));
    const owed = await another('events that are owed');
    stage.optimove.engagement = () => 429;
    await stage.engage(owed, people(1));
    await stage.database.query(
      `UPDATE engagement_event SET taken_at = now() - interval '1 hour' WHERE connection_id = $1`,
      [owed],
    );
    await post();
    const deletion = `mutation ($id: ID!) { deleteConnection(input: { id: $id, acceptConsequences: true }) { deletedId } }`;
    for (const id of [tokenLeft, waiting, owed]) await answer(deletion, { id });
    await newClock(stage).deletedConnections();
    const left = await stage.database.query(
      `SELECT c.id, s.events_token IS NOT NULL AS token,
         (SELECT count(*)::int FROM engagement_event e WHERE e.connection_id = c.id AND e.batch_id IS NULL) AS waiting,
         (SELECT string_agg(b.state, ' ') FROM engagement_batch b WHERE b.connection_id = c.id) AS batches
       FROM connection c LEFT JOIN engagement_postback s ON s.connection_id = c.id WHERE c.id = ANY($1::uuid[]) ORDER BY c.id`,
      [[kept, tokenLeft, waiting, owed]],
    );
    expect(left).toEqual([
      { id: kept, token: true, waiting: 1, batches: null },
      { id: tokenLeft, token: false, waiting: 0, batches: null },
      { id: waiting, token: false, waiting: 0, batches: null },
      { id: owed, token: false, waiting: 0, batches: 'EXPIRED' },
    ]);
  });

  it('waits while the connection is disabled, and no longer than Optimove takes it', async () => {
    await stage.engage(connectionId, [{ customer: 'C1' }, { customer: 'C2', template: '7732', closesAt: new Date() }]);
    await answer('mutation ($id: ID!) { disableConnection(input: { id: $id }) { userErrors { code } } }', {
      id: connectionId,
    });
    await post();
    expect(await standing()).toMatchObject({ waiting: 0, owed: 1, expired: 1 });
    expect(stage.optimove.interactions).toEqual([]);
    await answer('mutation ($id: ID!) { enableConnection(input: { id: $id }) { userErrors { code } } }', {
      id: connectionId,
    });
    await stage.wait(connectionId);
    await post();
    expect(countedIds()).toEqual(['C1']);
  });

  it('goes nowhere where totals are enough', async () => {
    await set({ road: 'NONE' });
    await stage.engage(connectionId, people(2));
    await post();
    expect(stage.optimove.interactions).toEqual([]);
    expect(await standing()).toMatchObject({ waiting: 0, owed: 0, acknowledged: 0 });
  });

  describe('to an account', () => {
    const moved = 'The connection was moved to another account';
    const another = async (): Promise<string> => {
      const own = connectionId;
      connectionId = await stage.connect(`Engaged besides ${connections}`, 'ABSOLUTE', `Engaged ${connections}`);
      await set({ everyMinutes: 0 });
      const other = connectionId;
      connectionId = own;
      return other;
    };
    const leave = {
      deleteConnection: async (id: string) => {
        await stage.leave(id, 'deleteConnection');
        await stage.app.get(EndEngagement).ofConnection(id);
      },
      disableConnection: async (id: string) => {
        await stage.leave(id, 'disableConnection');
        await postOver(id);
      },
      move: async (id: string) => {
        await stage.move(id);
        await postOver(id);
      },
    };
    const postOver = async (id: string): Promise<void> => {
      await stage.wait(id);
      await stage.app.get(PostEngagement).run(id);
    };
    const kept = (id: string): Promise<KeptEvent[]> =>
      stage.database.query(
        `SELECT e.customer_id AS customer, b.state, b.last_error AS error, b.doubts
         FROM engagement_event e LEFT JOIN engagement_batch b ON b.id = e.batch_id WHERE e.connection_id = $1 ORDER BY e.id`,
        [id],
      );
    const owe = async (news: { customer: string; kind?: string }[]): Promise<void> => {
      stage.optimove.engagement = () => 429;
      await stage.engage(connectionId, news);
      await post();
      stage.optimove.reset();
    };
    const check = async (ids: string[]): Promise<object[]> =>
      (
        await answer<{ checkEngagement: { checks: object[] } }>(
          'mutation ($input: CheckEngagementInput!) { checkEngagement(input: $input) { checks { outcome detail } } }',
          { input: { connectionId, ids } },
        )
      ).checkEngagement.checks;
    const postAgain = (ids: string[]): Promise<object> =>
      answer('mutation ($input: SettleEngagementInput!) { settleEngagement(input: $input) { settledIds } }', {
        input: { connectionId, ids, decision: 'POST_AGAIN' },
      });
    const ofState = async (state: string): Promise<string[]> =>
      (await batches(`, state: ${state}`)).map(({ id }) => id);
    const withSignedEvents = () => ({
      ...{ road: 'EVENTS', eventsToken: tenantToken },
      eventsUrl: new URL('/api/saveEvent', stage.optimove.endpoint).href,
    });

    it.each(['deleteConnection', 'disableConnection', 'move'] as const)(
      'is told over another connection after %s, both what waits and what is owed, by a road that this one has',
      async (how) => {
        await set(withSignedEvents());
        await owe([{ customer: 'C1' }]);
        await set({ everyMinutes: 1440 });
        await stage.engage(connectionId, [{ customer: 'C2', kind: 'CLICKED' }]);
        const other = await another();
        await leave[how](connectionId);
        expect(await kept(connectionId)).toEqual([]);
        await postOver(other);
        expect(countedIds().sort()).toEqual(['C1', 'C2']);
        expect(stage.optimove.events).toEqual([]);
        expect(await kept(other)).toMatchObject([{ state: 'ACKNOWLEDGED' }, { state: 'ACKNOWLEDGED' }]);
      },
    );

    it('goes over another connection at once where it is heard of after the own one is gone', async () => {
      const other = await another();
      await leave.deleteConnection(connectionId);
      await stage.engage(connectionId, [{ customer: 'C1' }], await stage.accountOf(other));
      expect(await kept(connectionId)).toEqual([]);
      await postOver(other);
      expect(countedIds()).toEqual(['C1']);
      await stage.leave(other, 'disableConnection');
      await stage.engage(other, [{ customer: 'C2' }]);
      expect(await kept(other)).toMatchObject([{ state: 'ACKNOWLEDGED' }, { customer: 'C2', state: null }]);
    });

    it('goes over no other connection that tells of none', async () => {
      const other = await another();
      await stage.database.query(`UPDATE engagement_postback SET road = 'NONE' WHERE connection_id = $1`, [other]);
      await owe([{ customer: 'C1' }]);
      await leave.deleteConnection(connectionId);
      await stage.engage(connectionId, [{ customer: 'C2' }]);
      expect(await kept(other)).toEqual([]);
      expect(await kept(connectionId)).toMatchObject([{ customer: 'C1', state: 'EXPIRED' }]);
    });

    it('is told to nobody where its connection was moved and no other one has the account', async () => {
      const former = await stage.accountOf(connectionId);
      await owe([{ customer: 'C1' }]);
      await set({ everyMinutes: 1440 });
      await stage.engage(connectionId, [{ customer: 'C2' }]);
      await leave.move(connectionId);
      await stage.engage(connectionId, [{ customer: 'C3' }], former);
      expect(await kept(connectionId)).toMatchObject([{ customer: 'C1', state: 'EXPIRED', error: moved }]);
      await set({ everyMinutes: 0 });
      await stage.engage(connectionId, [{ customer: 'C4' }]);
      await post();
      expect(stage.optimove.interactions.flatMap(({ CustomerIDs }) => CustomerIDs)).toEqual(['C4']);
    });

    it.each([
      ['interactions', {}, 'clientFor'],
      ['signed events', withSignedEvents, 'eventSenderFor'],
    ] as const)(
      'is kept here when its connection is moved before it goes out, as %s',
      async (_name, setting, maker) => {
        await set(typeof setting === 'function' ? setting() : setting);
        await stage.engage(connectionId, people(1));
        const connectionsService = stage.app.get(ConnectionsService);
        const make = connectionsService[maker].bind(connectionsService) as (...args: unknown[]) => never;
        const making = jest.spyOn(connectionsService, maker).mockImplementationOnce(async (...args: unknown[]) => {
          await stage.move(connectionId);
          return make(...args);
        });
        await post();
        making.mockRestore();
        expect([stage.optimove.interactions, stage.optimove.events]).toEqual([[], []]);
        const error = expect.stringContaining('was changed before it went out');
        expect(await kept(connectionId)).toMatchObject([{ state: 'OWED', doubts: 0, error }]);
        await postOver(connectionId);
        expect(await kept(connectionId)).toMatchObject([{ state: 'EXPIRED', error: moved }]);
      },
    );

    it('is owed still where its connection is deleted while it is posted, and then told over another one', async () => {
      const other = await another();
      await stage.engage(connectionId, [{ customer: 'C1' }, { customer: 'C2', kind: 'CLICKED' }]);
      const connectionsService = stage.app.get(ConnectionsService);
      const make = connectionsService.clientFor.bind(connectionsService);
      const making = jest.spyOn(connectionsService, 'clientFor').mockImplementationOnce(async (id) => {
        await stage.leave(id, 'deleteConnection');
        await stage.database.query('UPDATE connection SET api_token = NULL WHERE id = $1', [id]);
        return make(id);
      });
      await post();
      making.mockRestore();
      expect(await kept(connectionId)).toMatchObject([{ state: 'OWED' }, { state: 'OWED' }]);
      await stage.app.get(EndEngagement).ofConnection(connectionId);
      await postOver(other);
      expect(countedIds()).toEqual(['C1', 'C2']);
    });

    it('is not told over another connection while a post of it is under way, but once what came of it is known', async () => {
      await owe([{ customer: 'C1' }]);
      const other = await another();
      await stage.database.query(`UPDATE engagement_batch SET state = 'POSTING' WHERE connection_id = $1`, [
        connectionId,
      ]);
      await leave.deleteConnection(connectionId);
      await postOver(other);
      expect(await kept(other)).toEqual([]);
      expect(await kept(connectionId)).toMatchObject([{ state: 'POSTING' }]);
      await post();
      expect(await kept(connectionId)).toEqual([]);
      await postOver(other);
      expect(countedIds()).toEqual(['C1']);
      expect(await kept(other)).toMatchObject([{ state: 'ACKNOWLEDGED', doubts: 1 }]);
    });

    it('is settled over another connection where the one that posted it is deleted', async () => {
      await set({ onDoubt: 'KEEP' });
      stage.optimove.engagement = (sent) => (sent?.EventID === 2 ? 'lose' : 400);
      await stage.engage(connectionId, [{ customer: 'C1' }]);
      await post();
      await stage.engage(connectionId, [{ customer: 'C2', kind: 'CLICKED' }]);
      await post();
      const former = connectionId;
      connectionId = await another();
      await stage.leave(former, 'deleteConnection');
      await stage.app.get(HandOnEngagement).openQuestions();
      expect(await kept(former)).toEqual([]);
      expect(await check(await ofState('UNCERTAIN'))).toEqual([{ outcome: 'FOUND', detail: null }]);
      stage.optimove.engagement = () => 200;
      await postAgain(await ofState('REFUSED'));
      await post();
      expect(countedIds()).toEqual(['C1', 'C2']);
      expect(await standing()).toMatchObject({ acknowledged: 2, uncertain: 0, refused: 0 });
    });

    it('is not found by what a deleted connection told of the same', async () => {
      await set({ onDoubt: 'KEEP' });
      await stage.engage(connectionId, [{ customer: 'C1' }]);
      await post();
      stage.optimove.engagement = () => 'break';
      await stage.engage(connectionId, [{ customer: 'C1' }]);
      await post();
      const other = await another();
      await leave.deleteConnection(connectionId);
      connectionId = other;
      const detail = expect.stringContaining('did the same in another batch');
      expect(await check(await ofState('UNCERTAIN'))).toEqual([{ outcome: 'CANNOT_TELL', detail }]);
    });

    it('and is in doubt as a signed event is not said to be absent at another connection, which posts it again by its road', async () => {
      await set({ onDoubt: 'KEEP', ...withSignedEvents() });
      stage.optimove.engagement = () => 'break';
      await stage.engage(connectionId, people(1));
      await post();
      stage.optimove.reset();
      const other = await another();
      await leave.deleteConnection(connectionId);
      connectionId = other;
      const detail = expect.stringContaining('need not show signed events');
      expect(await check(await ofState('UNCERTAIN'))).toEqual([{ outcome: 'CANNOT_TELL', detail }]);
      await postAgain(await ofState('UNCERTAIN'));
      await post();
      expect(countedIds()).toEqual(['C1']);
      expect(stage.optimove.events).toEqual([]);
    });

    it('that has no connection any more cannot be asked what it knows', async () => {
      await set({ onDoubt: 'KEEP' });
      stage.optimove.engagement = () => 'lose';
      await stage.engage(connectionId, people(1));
      await post();
      await leave.move(connectionId);
      await stage.app.get(HandOnEngagement).openQuestions();
      const detail = expect.stringContaining('another account by now');
      const ids = await ofState('UNCERTAIN');
      expect(await check(ids)).toEqual([{ outcome: 'CANNOT_TELL', detail }]);
      await postAgain(ids);
      await postOver(connectionId);
      expect(stage.optimove.interactions).toHaveLength(1);
      expect(await kept(connectionId)).toMatchObject([{ state: 'EXPIRED', error: moved }]);
    });

    it('is told as long as the campaign goes on over another connection, and not by a campaign of that number elsewhere', async () => {
      const late = { customer: 'C1', closesAt: new Date(Date.now() - 1_000) };
      const elsewhere = await stage.connect(`Elsewhere ${connections}`, 'ABSOLUTE');
      await stage.collect(elsewhere, [{ sent: 10 }]);
      await stage.engage(connectionId, [late]);
      await post();
      expect(await standing()).toMatchObject({ expired: 1 });
      await stage.collect(await another(), [{ sent: 10 }]);
      await stage.engage(connectionId, [late]);
      await post();
      expect(countedIds()).toEqual(['C1']);
    });
  });

  describe('as signed events', () => {
    const url = () => new URL('/api/saveEvent', stage.optimove.endpoint).href;

    it('need their address and the token, which is never returned', async () => {
      expect(await set({ road: 'EVENTS' })).toMatchObject([{ code: 'EVENTS_URL', path: ['eventsUrl'] }]);
      expect(await set({ eventsUrl: 'ftp://x' })).toMatchObject([{ code: 'EVENTS_URL', path: ['eventsUrl'] }]);
      expect(await set({ road: 'EVENTS', eventsUrl: url() })).toMatchObject([{ code: 'EVENTS_TOKEN' }]);
      expect(await set({ version: 99, everyMinutes: 3 })).toMatchObject([{ code: 'STALE' }]);
      expect(await set({ road: 'EVENTS', eventsUrl: url(), eventsToken: tenantToken })).toEqual([]);
      const [row] = await stage.database.query('SELECT * FROM engagement_postback WHERE connection_id = $1', [
        connectionId,
      ]);
      expect(JSON.stringify(row)).not.toContain(tenantToken);
      const audit = await stage.database.query(
        `SELECT * FROM audit_entry WHERE action = 'engagement-postback.changed'`,
      );
      expect(JSON.stringify(audit)).not.toContain(tenantToken);
    });

    it('are signed over the bytes that were sent', async () => {
      await set({ road: 'EVENTS', eventsUrl: url(), eventsToken: tenantToken });
      await stage.engage(connectionId, [{ customer: 'Ä1', kind: 'CLICKED' }]);
      await post();
      const [call] = stage.optimove.events;
      expect(call?.signature).toBe(signatureOf(Buffer.from(call?.text ?? ''), tenantToken));
      expect(JSON.parse(call?.text ?? '')).toMatchObject([
        { event: 'clicked', category: 'metric', customer: 'Ä1', context: { campaignId: '20417', templateId: '7731' } },
      ]);
      expect(await standing()).toMatchObject({ acknowledged: 1 });
    });

    it('go to no tenant but the one of the account that they were set for: after a move interactions do', async () => {
      await set({ road: 'EVENTS', eventsUrl: url(), eventsToken: tenantToken });
      await stage.database.query('UPDATE connection SET account_id = gen_random_uuid() WHERE id = $1', [connectionId]);
      await stage.engage(connectionId, people(2));
      await post();
      expect([stage.optimove.events.length, countedIds()]).toEqual([0, ['C1', 'C2']]);
      expect(await standing()).toMatchObject({ acknowledged: 2, hasEventsToken: false });
      expect(await set({ road: 'EVENTS', eventsUrl: url() })).toMatchObject([{ code: 'EVENTS_TOKEN' }]);
      expect(await set({ road: 'EVENTS', eventsUrl: url(), eventsToken: tenantToken })).toEqual([]);
      await stage.engage(connectionId, people(1));
      await post();
      expect(stage.optimove.events).toHaveLength(1);
    });

    it('go to no former tenant either when the connection is moved right after its setting was read', async () => {
      await set({ road: 'EVENTS', eventsUrl: url(), eventsToken: tenantToken });
      const [account] = await stage.database.query<{ id: string }>(
        'SELECT account_id AS id FROM connection WHERE id = $1',
        [connectionId],
      );
      const moveTo = async (accountId: string | undefined): Promise<void> => {
        await stage.database.query('UPDATE connection SET account_id = $2, names_since = now() WHERE id = $1', [
          connectionId,
          accountId,
        ]);
      };
      const other = newId();
      await moveTo(other);
      await stage.engage(connectionId, people(1));
      await moveTo(account?.id);
      const settings = stage.app.get(EngagementSettingRepository);
      const read = settings.of.bind(settings);
      const spy = jest.spyOn(settings, 'of').mockImplementationOnce(async (tx, owner) => {
        const setting = await read(tx, owner);
        await moveTo(other);
        return setting;
      });
      await post();
      spy.mockRestore();
      expect(stage.optimove.events).toEqual([]);
      await post();
      expect([stage.optimove.events.length, countedIds()]).toEqual([0, ['C1']]);
    });

    it('are not set while the connection is about to get another account', async () => {
      const transactions = stage.app.get(Transactions);
      await transactions.run(async (tx) => {
        await stage.app.get(ConnectionRepository).lockNames(tx, connectionId);
        const problems = await set({ road: 'EVENTS', eventsUrl: url(), eventsToken: tenantToken });
        expect(problems).toMatchObject([{ code: 'STALE' }]);
      });
      expect(await standing()).toMatchObject({ hasEventsToken: false });
    });

    it('are not said to be absent because Optimove does not show them', async () => {
      await set({ road: 'EVENTS', onDoubt: 'KEEP', eventsUrl: url(), eventsToken: tenantToken });
      stage.optimove.engagement = () => 'lose';
      await stage.engage(connectionId, people(2));
      await post();
      expect(stage.optimove.events).toHaveLength(1);
      const ids = (await batches()).map(({ id }) => id);
      const { checkEngagement } = await answer<{ checkEngagement: { checks: object[] } }>(
        'mutation ($input: CheckEngagementInput!) { checkEngagement(input: $input) { checks { outcome detail } } }',
        { input: { connectionId, ids } },
      );
      const detail = expect.stringContaining('need not show signed events');
      expect(checkEngagement.checks).toEqual([{ outcome: 'CANNOT_TELL', detail }]);
      expect(await standing()).toMatchObject({ uncertain: 2, acknowledged: 0 });
    });

    it('that are too old for Optimove take none with them that are not', async () => {
      await set({ road: 'EVENTS', eventsUrl: url(), eventsToken: tenantToken });
      stage.optimove.engagement = () => 429;
      await stage.engage(connectionId, people(4));
      await post();
      await stage.database.query(
        `UPDATE engagement_event SET occurred_at = now() - interval '7 days 1 minute' WHERE connection_id = $1 AND customer_id IN ('C2', 'C4')`,
        [connectionId],
      );
      stage.optimove.engagement = () => 200;
      stage.optimove.events.length = 0;
      await stage.wait(connectionId);
      await post();
      const told = stage.optimove.events.flatMap(({ text }) => JSON.parse(text) as { customer: string }[]);
      expect(told.map(({ customer }) => customer)).toEqual(['C1', 'C3']);
      expect(await standing()).toMatchObject({ owed: 0, acknowledged: 2, expired: 2 });
    });

    it('raise the alarm long before Optimove takes them no more, and then are given up', async () => {
      await set({ road: 'EVENTS', eventsUrl: url(), eventsToken: tenantToken });
      stage.optimove.engagement = () => 429;
      const occurredAt = new Date(Date.now() - 50 * hourMs);
      await stage.engage(connectionId, [{ customer: 'C1', occurredAt }]);
      expect(await standing()).toMatchObject({ waiting: 1, oldestOwedAt: occurredAt.toISOString() });
      await post();
      expect(await standing()).toMatchObject({
        owed: 1,
        oldestOwedAt: occurredAt.toISOString(),
        alarm: expect.stringContaining('after seven days'),
      });
      await stage.database.query(`UPDATE engagement_event SET occurred_at = now() - interval '7 days 1 minute'`);
      await stage.wait(connectionId);
      await post();
      expect(stage.optimove.events).toHaveLength(1);
      expect(await standing()).toMatchObject({ owed: 0, expired: 1, oldestOwedAt: null });
    });
  });
});
