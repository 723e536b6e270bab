/** @once because what an announcement waits for stands in PostgreSQL, where a sweep finds it; a reading that fails and comes back is the subject of callbacks and of the drill on both back ends. */
import {
  addProviders,
  type CampaignStage,
  completedExecution,
  launchCampaign,
  mutate,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
  tryMutation,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { type Product, startProduct } from '../support/product';

const content = { mobilePush: { title: 'Hello {{ FirstName }}', body: 'A bonus' } };
const noFaults = { rules: [] };
const brokenList = { rules: [{ kind: 'string-body', route: 'GetCustomerSendDetails' }] };

interface Listed {
  id: string;
  state: string;
  reason: string | null;
  funnel: { received: number; endStates: { state: string; count: number }[] };
  readings: {
    finishedAt?: string | null;
    listed: number;
    added: number;
    known: number;
    duplicates: number;
    malformed: number;
  }[];
  announcements: { source: string }[];
}

describe('an announcement', () => {
  let product: Product;
  let stages = 0;

  beforeAll(async () => {
    product = await startProduct({ env: { SWEEP_SECONDS: '3600', EVENT_1_WAIT_SECONDS: '1' } });
    await addProviders(product);
  });
  afterAll(() => product?.stop());
  beforeEach(() => product.farEnds.inbox.clear());

  const inbox = () => product.farEnds.inbox.report(0).mobilePush;
  const stageOne = async (customers: { count: number; mix?: object }) => {
    stages += 1;
    const stage = await stageCampaign(product, {
      content,
      name: `Announced ${stages}`,
      connection: { pageSize: 1_000 },
    });
    return { stage, campaign: await planWithPeople(product, stage, { ...customers, seed: 100 + stages }) };
  };
  const faults = (stage: CampaignStage, plan: object) =>
    product.control('PUT', `/tenants/${stage.tenant.id}/faults`, plan);
  const executionsOf = async (stage: CampaignStage): Promise<Listed[]> => {
    const query = `query ($id: ID!) { executions(first: 20, connectionId: $id) { nodes { id state reason
      funnel { received endStates { state count } } announcements { source }
      readings { finishedAt listed added known duplicates malformed } } } }`;
    const { executions } = await product.graphql<{ executions: { nodes: Listed[] } }>(query, {
      id: stage.connectionId,
    });
    return executions.nodes;
  };
  const onlyExecution = async (stage: CampaignStage): Promise<Listed | undefined> => {
    const all = await executionsOf(stage);
    expect(all.length).toBeLessThanOrEqual(1);
    return all[0];
  };
  const inState = (stage: CampaignStage, state: string) =>
    eventually(`the execution is ${state}`, async () => {
      const execution = await onlyExecution(stage);
      return execution?.state === state ? execution : null;
    });
  const post = async (stage: CampaignStage, body: object): Promise<number> => {
    const listeners = await product.control<{ eventTypeId: number; listenerUrl: string }[]>(
      'GET',
      `/tenants/${stage.tenant.id}/listeners`,
    );
    const url = listeners.find(({ eventTypeId }) => eventTypeId === 13)?.listenerUrl ?? '';
    return (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).status;
  };
  /** The replay of the only call, once the rehearsals of its lists are over. */
  const replayOfEvent1 = async (stage: CampaignStage): Promise<{ verdict: string; dryRuns: object[] }> => {
    const { callbackJournal } = await product.graphql<{ callbackJournal: { nodes: { id: string }[] } }>(
      'query ($id: ID!) { callbackJournal(connectionId: $id) { nodes { id } } }',
      { id: stage.connectionId },
    );
    const { replay } = await mutate<{ replay: { verdict: string; dryRuns: { id: string }[] } }>(
      product.graphql,
      'replayCallback',
      'ReplayCallbackInput',
      'replay { verdict dryRuns { id } }',
      { journalId: callbackJournal.nodes[0]?.id },
    );
    const dryRuns = replay.dryRuns.map(({ id }) =>
      eventually('the rehearsal is over', async () => {
        const { dryRun } = await product.graphql<{ dryRun: { finishedAt: string | null } }>(
          'query ($id: ID!) { dryRun(id: $id) { finishedAt result { received endStates { state count } } } }',
          { id },
        );
        return dryRun.finishedAt === null ? null : dryRun;
      }),
    );
    return { ...replay, dryRuns: await Promise.all(dryRuns) };
  };
  const replaceToken = async (stage: CampaignStage): Promise<void> => {
    await faults(stage, noFaults);
    const { connection } = await product.graphql<{ connection: { version: number } }>(
      'query ($id: ID!) { connection(id: $id) { version } }',
      { id: stage.connectionId },
    );
    await mutate(product.graphql, 'updateConnection', 'UpdateConnectionInput', 'connection { status }', {
      id: stage.connectionId,
      apiToken: stage.tenant.apiToken,
      version: connection.version,
    });
  };
  const grow = async (stage: CampaignStage, campaignId: string, count: number): Promise<void> => {
    await planWithPeople(product, stage, { count, seed: 100 + stages });
    await product.control('POST', `/tenants/${stage.tenant.id}/campaigns/${campaignId}/customers`, { count });
    await nextSecond();
    await runAtOptimove(product, stage, campaignId);
  };
  const waitsForToken = (stage: CampaignStage) =>
    eventually('the further reading waits for a token', async () => {
      const execution = await onlyExecution(stage);
      return execution?.reason?.includes('token') && execution.readings[1] ? execution : null;
    });
  /** Nothing but another token has the list read before the test is over. */
  const putOff = (executionId: string): Promise<unknown> =>
    product.database.query(`UPDATE execution SET read_not_before = now() + interval '1 hour' WHERE id = $1`, [
      executionId,
    ]);
  const cancelled = async (stage: CampaignStage, campaignId: string): Promise<void> => {
    await product.control('POST', `/tenants/${stage.tenant.id}/campaigns/${campaignId}/cancel`, {});
    await eventually('the cancellation is taken in', async () => {
      const calls = await product.database.query(
        'SELECT 1 FROM callback_journal WHERE connection_id = $1 AND event_type_id = 4',
        [stage.connectionId],
      );
      return calls.length > 0;
    });
  };
  const nextSecond = (): Promise<unknown> => {
    const now = Math.floor(Date.now() / 1000);
    return eventually('the next second begins', () => Math.floor(Date.now() / 1000) > now);
  };

  it('that comes again revives an execution whose list could not be read', async () => {
    const { stage, campaign } = await stageOne({ count: 60 });
    await faults(stage, brokenList);
    await runAtOptimove(product, stage, campaign.id);
    expect((await inState(stage, 'FAILED')).reason).toContain('Something went wrong');
    await faults(stage, noFaults);
    await runAtOptimove(product, stage, campaign.id);
    const { reason, funnel } = await inState(stage, 'COMPLETED');
    expect({ reason, received: funnel.received, messages: inbox().received }).toEqual({
      reason: null,
      received: 60,
      messages: 60,
    });
  });

  it('of an execution that failed can be taken up again by a person, and only then', async () => {
    const { stage, campaign } = await stageOne({ count: 60 });
    await faults(stage, brokenList);
    await runAtOptimove(product, stage, campaign.id);
    const { id } = await inState(stage, 'FAILED');
    await faults(stage, noFaults);
    const retry = () =>
      tryMutation<{ execution: { state: string } | null }>(
        product.graphql,
        'retryExecution',
        'ExecutionIdInput',
        'execution { state }',
        { id },
      );
    expect(await retry()).toMatchObject({ execution: { state: 'ANNOUNCED' }, userErrors: [] });
    expect((await inState(stage, 'COMPLETED')).funnel.received).toBe(60);
    expect(await retry()).toMatchObject({ execution: null, userErrors: [{ code: 'WRONG_STATE', path: ['id'] }] });
    expect(inbox()).toMatchObject({ received: 60, duplicates: 0 });
  });

  it('of an execution that failed cannot be taken up again once Optimove has cancelled the campaign', async () => {
    const { stage, campaign } = await stageOne({ count: 60 });
    await faults(stage, brokenList);
    await runAtOptimove(product, stage, campaign.id);
    const { id } = await inState(stage, 'FAILED');
    await faults(stage, noFaults);
    await cancelled(stage, campaign.id);
    const retried = await tryMutation(product.graphql, 'retryExecution', 'ExecutionIdInput', 'execution { state }', {
      id,
    });
    expect(retried).toMatchObject({ execution: null, userErrors: [{ code: 'CANCELLED', path: ['id'] }] });
    expect(await onlyExecution(stage)).toMatchObject({ state: 'FAILED' });
  });

  it('waits while Optimove refuses the token, and its list is read once that is replaced', async () => {
    const { stage, campaign } = await stageOne({ count: 60 });
    await faults(stage, { rules: [{ kind: '401' }] });
    await runAtOptimove(product, stage, campaign.id);
    const waiting = await eventually('the execution says what it waits for', async () => {
      const execution = await onlyExecution(stage);
      return execution?.reason ? execution : null;
    });
    expect(waiting).toMatchObject({ state: 'READING', reason: expect.stringContaining('token') });
    await putOff(waiting.id);
    await replaceToken(stage);
    const { state, reason } = await completedExecution(product, stage.connectionId);
    expect({ state, reason, messages: inbox().received }).toEqual({ state: 'COMPLETED', reason: null, messages: 60 });
  });

  it('waits also when the token was replaced while Optimove refused the former one', async () => {
    const { stage, campaign } = await stageOne({ count: 60 });
    await faults(stage, { rules: [{ kind: '401' }] });
    await product.database.query(`CREATE FUNCTION keep_active() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.status := 'ACTIVE'; RETURN NEW; END $$`);
    await product.database.query(
      'CREATE TRIGGER keep_active BEFORE UPDATE ON connection FOR EACH ROW EXECUTE FUNCTION keep_active()',
    );
    try {
      await runAtOptimove(product, stage, campaign.id);
      const waiting = await eventually('the execution says what became of it', async () => {
        const execution = await onlyExecution(stage);
        return execution?.reason ? execution : null;
      });
      expect(waiting).toMatchObject({ state: 'READING', reason: expect.stringContaining('token') });
    } finally {
      await product.database.query('DROP FUNCTION keep_active CASCADE');
    }
  });

  it('that comes later has the list read once more and adds who is new, nobody twice', async () => {
    const { stage, campaign } = await stageOne({ count: 60, mix: { duplicate: 0.1, malformed: 0.1 } });
    await runAtOptimove(product, stage, campaign.id);
    await inState(stage, 'COMPLETED');
    const grown = await planWithPeople(product, stage, {
      count: 100,
      seed: 100 + stages,
      mix: { duplicate: 0.1, malformed: 0.1 },
    });
    await product.control('POST', `/tenants/${stage.tenant.id}/campaigns/${campaign.id}/customers`, { count: 100 });
    await nextSecond();
    await runAtOptimove(product, stage, campaign.id);
    // One answer may tell the state and the readings of two different moments.
    await eventually('the list is read once more', async () => (await onlyExecution(stage))?.readings[1]?.finishedAt);
    const { readings, funnel } = await inState(stage, 'COMPLETED');
    expect(grown.announced).toBe(120);
    expect(readings[0]).toMatchObject({ listed: 72, added: 60, known: 0, duplicates: 6, malformed: 6 });
    expect(readings[1]).toMatchObject({ listed: 120, added: 40, duplicates: 0 });
    expect(funnel.endStates.reduce((sum, { count }) => sum + count, 0)).toBe(funnel.received);
    expect(inbox()).toMatchObject({ received: 100, duplicates: 0 });
  });

  it('whose further list waits for a token is read once that is replaced', async () => {
    const { stage, campaign } = await stageOne({ count: 60 });
    await runAtOptimove(product, stage, campaign.id);
    await inState(stage, 'COMPLETED');
    await faults(stage, { rules: [{ kind: '401' }] });
    await grow(stage, campaign.id, 100);
    await putOff((await waitsForToken(stage)).id);
    await replaceToken(stage);
    await eventually('the further list is read', async () => (await onlyExecution(stage))?.readings[1]?.finishedAt);
    const { funnel } = await inState(stage, 'COMPLETED');
    expect({ received: funnel.received, messages: inbox().received }).toEqual({ received: 100, messages: 100 });
  });

  it('whose further list is still to be read when the campaign is cancelled brings nobody more a message', async () => {
    const { stage, campaign } = await stageOne({ count: 60 });
    await runAtOptimove(product, stage, campaign.id);
    await inState(stage, 'COMPLETED');
    await faults(stage, { rules: [{ kind: '401' }] });
    await grow(stage, campaign.id, 100);
    const { id } = await waitsForToken(stage);
    await product.control('POST', `/tenants/${stage.tenant.id}/campaigns/${campaign.id}/cancel`, {});
    const [row] = await eventually('the cancellation is noted', async () => {
      const rows = await product.database.query<{ requested: Date | null }>(
        'SELECT cancel_requested_at AS requested FROM execution WHERE id = $1',
        [id],
      );
      return rows[0]?.requested ? rows : null;
    });
    expect(row?.requested).not.toBeNull();
    await replaceToken(stage);
    const again = await tryMutation(product.graphql, 'retryExecution', 'ExecutionIdInput', 'execution { state }', {
      id,
    });
    expect(again.userErrors).toMatchObject([{ code: 'WRONG_STATE' }]);
    expect(inbox().received).toBe(60);
  });

  it('that came while the execution was paused is read after it was resumed, however long that took', async () => {
    const { stage, campaign } = await stageOne({ count: 60 });
    const stop = { scope: 'CONNECTION', scopeId: stage.connectionId };
    await mutate(product.graphql, 'switchSendingOff', 'SwitchSendingOffInput', 'stops { scope }', {
      ...stop,
      reason: 'Test',
    });
    await runAtOptimove(product, stage, campaign.id);
    const { id } = await inState(stage, 'RUNNING');
    await mutate(product.graphql, 'pauseExecution', 'ExecutionIdInput', 'execution { state }', { id });
    await grow(stage, campaign.id, 100);
    await eventually('event 1 was followed up, too', async () => {
      const { announcements } = (await onlyExecution(stage)) ?? { announcements: [] };
      return announcements.some(({ source }) => source === '1');
    });
    await product.database.query(
      `UPDATE execution_announcement SET received_at = received_at - interval '5 days' WHERE execution_id = $1`,
      [id],
    );
    await product.database.query(
      `UPDATE execution SET read_started_at = read_started_at - interval '5 days' WHERE id = $1`,
      [id],
    );
    await mutate(product.graphql, 'resumeExecution', 'ExecutionIdInput', 'execution { state }', { id });
    await mutate(product.graphql, 'switchSendingOn', 'SendingScopeInput', 'stops { scope }', stop);
    const { funnel } = await inState(stage, 'COMPLETED');
    expect({ received: funnel.received, messages: inbox().received }).toEqual({ received: 100, messages: 100 });
  });

  it('has the times of its list in the zone of the connection', async () => {
    stages += 1;
    const stage = await stageCampaign(product, {
      ...{ content, name: `Announced ${stages}` },
      connection: { timeZone: 'Asia/Tokyo' },
    });
    const campaign = await planWithPeople(product, stage, { count: 5, seed: 100 + stages }, '2031-07-01 09:00:00');
    await runAtOptimove(product, stage, campaign.id);
    const times = await eventually('the list is frozen', async () => {
      const rows = await product.database.query<{ due_at: Date }>(
        `SELECT DISTINCT r.due_at FROM recipient r JOIN execution e ON e.id = r.execution_id WHERE e.connection_id = $1`,
        [stage.connectionId],
      );
      return rows.length > 0 ? rows.map((row) => row.due_at.toISOString()) : null;
    });
    expect(times).toEqual(['2031-07-01T00:00:00.000Z']);
  });

  it('that comes later, when the connection was given another zone, brings nobody a second message', async () => {
    const { stage, campaign } = await stageOne({ count: 60 });
    await runAtOptimove(product, stage, campaign.id);
    await inState(stage, 'COMPLETED');
    const { connection } = await product.graphql<{ connection: { version: number } }>(
      'query ($id: ID!) { connection(id: $id) { version } }',
      { id: stage.connectionId },
    );
    const isMorning = new Date().getUTCHours() < 12;
    await mutate(product.graphql, 'updateConnection', 'UpdateConnectionInput', 'connection { status }', {
      ...{ id: stage.connectionId, version: connection.version },
      // Where it is the same day.
      timeZone: isMorning ? 'Europe/Malta' : 'America/New_York',
    });
    await nextSecond();
    await runAtOptimove(product, stage, campaign.id);
    await eventually('the list is read once more', async () => (await onlyExecution(stage))?.readings[1]?.finishedAt);
    const { readings } = await inState(stage, 'COMPLETED');
    expect(readings[1]).toMatchObject({ listed: 60, known: 60, added: 0 });
    expect(inbox()).toMatchObject({ received: 60, duplicates: 0 });
  });

  it('of a list with a template that Optimove did not name yet goes to its customers, too, with their values', async () => {
    const { stage } = await stageOne({ count: 1 });
    const other = await launchCampaign(product.graphql, {
      ...{ channelId: stage.channelId, name: `Late ${stages}` },
      content: { mobilePush: { title: 'Play {{ FavouriteGame }}', body: 'Now' } },
    });
    const templateIds = [stage.templateId, other.templateId];
    const unlistedTemplateIds = [other.templateId];
    const late = await planWithPeople(product, stage, { count: 60, seed: 900 }, undefined, {
      templateIds: templateIds.map(Number),
      unlistedTemplateIds: unlistedTemplateIds.map(Number),
    });
    await runAtOptimove(product, stage, late.id);
    const { funnel } = await inState(stage, 'COMPLETED');
    expect(funnel.endStates).toEqual([{ state: 'SENT', count: 60 }]);
    const titles = product.farEnds.inbox.report(60).mobilePush.last.map(({ title }) => title);
    expect(titles.filter((title) => /^Play \w+/.test(title ?? ''))).toHaveLength(30);
  });

  it('by event 1 alone is followed up after a while, so that a channel whose event 13 never comes is not silent', async () => {
    const { stage, campaign } = await stageOne({ count: 60 });
    await faults(stage, { rules: [], callbacks: { silent: true } });
    await runAtOptimove(product, stage, campaign.id);
    const timeStamp = new Date().toISOString().slice(0, 19).replace('T', ' ');
    expect(await post(stage, { EventTypeID: 1, TimeStamp: timeStamp, CampaignID: Number(campaign.id) })).toBe(200);
    const { announcements } = await inState(stage, 'COMPLETED');
    expect(announcements.map(({ source }) => source)).toEqual(['1']);
    expect(inbox().received).toBe(60);
    expect(await replayOfEvent1(stage)).toMatchObject({
      verdict: 'WHOLE_LIST',
      dryRuns: [{ result: { received: 60, endStates: [{ state: 'SENT', count: 60 }] } }],
    });
    expect(inbox().received).toBe(60);
  });

  it('after a cancellation on the same day starts anew for whoever was not handed over', async () => {
    await product.control('PUT', '/far-ends/mobilePush/delay', { ms: 200 });
    const { stage, campaign } = await stageOne({ count: 4_000 });
    await runAtOptimove(product, stage, campaign.id);
    await eventually('messages are on their way', () => inbox().received >= 100);
    await product.control('POST', `/tenants/${stage.tenant.id}/campaigns/${campaign.id}/cancel`, {});
    await nextSecond();
    await product.control('PUT', '/far-ends/mobilePush/delay', { ms: 0 });
    await runAtOptimove(product, stage, campaign.id);
    const [second, first] = await eventually(
      'the second launch completes',
      async () => {
        const all = await executionsOf(stage);
        return all[0]?.state === 'COMPLETED' && all.length === 2 ? all : null;
      },
      180_000,
    );
    const count = (execution: Listed | undefined, state: string) =>
      execution?.funnel.endStates.find((each) => each.state === state)?.count ?? 0;

    expect(first?.state).toBe('CANCELLED');
    expect(count(first, 'SENT')).toBeGreaterThan(0);
    expect(count(first, 'CANCELLED')).toBeGreaterThan(0);
    expect(count(second, 'SENT')).toBe(count(first, 'CANCELLED'));
    expect(count(second, 'DUPLICATE')).toBe(count(first, 'SENT'));
    expect(inbox()).toMatchObject({ received: 4_000, duplicates: 0 });
  });

  it('after a cancellation that met a completed execution brings nobody a second message, also at another time', async () => {
    const { stage, campaign } = await stageOne({ count: 60 });
    await runAtOptimove(product, stage, campaign.id);
    const { id } = await inState(stage, 'COMPLETED');
    await cancelled(stage, campaign.id);
    const retried = await tryMutation(product.graphql, 'retryFailed', 'RetryFailedInput', 'customers', {
      executionId: id,
    });
    expect(retried.userErrors).toMatchObject([{ code: 'CANCELLED', path: ['executionId'] }]);
    // As if the list had been for an earlier time than the one that comes.
    await product.database.query(
      `UPDATE recipient SET due_at = due_at - interval '30 minutes' WHERE execution_id = $1`,
      [id],
    );
    await nextSecond();
    await runAtOptimove(product, stage, campaign.id);
    const [second, first] = await eventually('the second launch completes', async () => {
      const all = await executionsOf(stage);
      return all.length === 2 && all[0]?.state === 'COMPLETED' ? all : null;
    });
    expect(first?.funnel.endStates).toEqual([{ state: 'SENT', count: 60 }]);
    expect(second?.funnel.endStates).toEqual([{ state: 'DUPLICATE', count: 60 }]);
    expect(inbox().received).toBe(60);
  });

  it('and its cancellation in the same instant see each other', async () => {
    const { stage } = await stageOne({ count: 1 });
    await faults(stage, { rules: [{ kind: 'slow', delayMs: 5_000 }] });
    const TimeStamp = '2026-05-04 05:04:54';
    const ids = Array.from({ length: 20 }, (_, index) => 50_000 + index);
    const statuses = await Promise.all(
      ids.flatMap((CampaignID) => [
        post(stage, { EventTypeID: 13, TimeStamp, CampaignID, ChannelID: stage.tenant.channels[0]?.id }),
        post(stage, { EventTypeID: 4, TimeStamp, CampaignID }),
      ]),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    const [row] = await product.database.query<{ all: number; stopped: number }>(
      `SELECT count(*)::int AS all, count(*) FILTER (WHERE cancel_requested_at IS NOT NULL)::int AS stopped
       FROM execution WHERE connection_id = $1`,
      [stage.connectionId],
    );
    expect(row).toEqual({ all: 20, stopped: 20 });
  });
});
