import { Transactions } from '@libs/platform';
import { EndEngagement } from '../../../src/postbacks/engagement/end-engagement';
import { EngagementEventRepository } from '../../../src/postbacks/persistence/engagement-event.repository';
import { engagedConnection, people, tenantToken } from './engaged-connection';
import { newClock, type Stage, setStage } from './stage';

describe('what customers did, told to Optimove one by one', () => {
  let stage: Stage;
  let connectionId: string;
  let connections = 0;
  const { answer, standing, set, batches, post, countedIds } = engagedConnection(() => ({ stage, connectionId }));
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  beforeEach(async () => {
    stage.optimove.reset();
    connections += 1;
    connectionId = await stage.connect(`Engaged ${connections}`, 'ABSOLUTE');
    expect(await set({ everyMinutes: 0 })).toEqual([]);
  });
  afterAll(() => stage?.close());

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
});
