import { newId } from '@libs/foundation';
import { signatureOf } from '@libs/optimove-client';
import { Transactions } from '@libs/platform';
import { ConnectionRepository } from '../../../src/connections/persistence/connection.repository';
import { EngagementSettingRepository } from '../../../src/postbacks/persistence/engagement-setting.repository';
import { engagedConnection, people, tenantToken } from './engaged-connection';
import { type Stage, setStage } from './stage';

const hourMs = 3_600_000;

describe('what customers did, told to Optimove as signed events', () => {
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
    const audit = await stage.database.query(`SELECT * FROM audit_entry WHERE action = 'engagement-postback.changed'`);
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
