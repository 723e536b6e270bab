import {
  addProviders,
  type CampaignStage,
  completedExecution,
  countOf,
  mutate,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { type Product, startProduct } from '../support/product';

const content = { mobilePush: { title: 'Hello {{ FirstName }}', body: 'A bonus of {{ BonusAmount }}' } };
/** More than can be under way at once: 20 slices of 100 of one execution. */
const many = 3_000;
/** More than one chunk. */
const some = 1_100;

describe('stopping an execution', () => {
  let product: Product;
  let stages = 0;

  beforeAll(async () => {
    product = await startProduct({ env: { SWEEP_SECONDS: '1', MISSED_CALLBACK_SECONDS: '1' } });
    await addProviders(product);
  });
  afterAll(() => product?.stop());
  beforeEach(async () => {
    await product.control('PUT', '/far-ends/mobilePush/delay', { ms: 400 });
    product.farEnds.inbox.clear();
  });

  const received = (): number => product.farEnds.inbox.report(0).mobilePush.received;
  const stageOne = async (count = many): Promise<{ stage: CampaignStage; campaignId: string; announced: number }> => {
    stages += 1;
    const stage = await stageCampaign(product, { content, name: `Stop ${stages}` });
    const { id, announced } = await planWithPeople(product, stage, { count, seed: stages });
    return { stage, campaignId: id, announced };
  };
  const executionOf = async (connectionId: string): Promise<string> => {
    const query = 'query ($id: ID!) { executions(first: 1, connectionId: $id) { nodes { id } } }';
    return eventually('an execution is announced', async () => {
      const { executions } = await product.graphql<{ executions: { nodes: { id: string }[] } }>(query, {
        id: connectionId,
      });
      return executions.nodes[0]?.id;
    });
  };
  const tell = async (stage: CampaignStage, body: { EventTypeID: number; [key: string]: unknown }): Promise<void> => {
    const path = `/tenants/${stage.tenant.id}/listeners`;
    const listeners = await product.control<{ eventTypeId: number; listenerUrl: string }[]>('GET', path);
    const url = listeners.find(({ eventTypeId }) => eventTypeId === body.EventTypeID)?.listenerUrl ?? '';
    expect((await fetch(url, { method: 'POST', body: JSON.stringify(body) })).status).toBe(200);
  };
  const change = (field: string, input: object) =>
    mutate<{ execution: { state: string; pausedAt: string | null }; handedOver: number }>(
      product.graphql,
      field,
      field === 'cancelExecution' ? 'CancelExecutionInput' : 'ExecutionIdInput',
      'execution { state pausedAt } handedOver',
      input,
    );
  /** Hand-overs that the ledger claimed after an instant of the database. */
  const claimedAfter = async (executionId: string, at: string): Promise<number> => {
    const [row] = await product.database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM delivery WHERE execution_id = $1 AND claimed_at > $2::timestamptz',
      [executionId, at],
    );
    return row?.count ?? -1;
  };
  const now = async (): Promise<string> =>
    (await product.database.query<{ at: string }>('SELECT clock_timestamp()::text AS at'))[0]?.at ?? '';

  it('by Optimove ends whoever was not handed over as cancelled, and the sums agree', async () => {
    const { stage, campaignId, announced } = await stageOne();
    await runAtOptimove(product, stage, campaignId);
    await eventually('messages are on their way', () => received() >= 100);

    await product.control('POST', `/tenants/${stage.tenant.id}/campaigns/${campaignId}/cancel`, {});
    const at = await now();
    const { id, state, funnel } = await completedExecution(product, stage.connectionId);

    expect(state).toBe('CANCELLED');
    expect(await claimedAfter(id, at)).toBe(0);
    expect(countOf(funnel, 'CANCELLED')).toBeGreaterThan(0);
    expect(countOf(funnel, 'SENT') + countOf(funnel, 'CANCELLED')).toBe(announced);
    expect(received()).toBe(countOf(funnel, 'SENT'));
  });

  it('before it was announced keeps it from sending anything', async () => {
    const { stage, campaignId } = await stageOne(some);
    const CampaignID = Number(campaignId);
    const today = new Date().toISOString().slice(0, 10);
    await product.control('PUT', `/tenants/${stage.tenant.id}/faults`, { rules: [], callbacks: { silent: true } });
    await tell(stage, { EventTypeID: 4, TimeStamp: `${today} 00:00:02`, CampaignID });
    await runAtOptimove(product, stage, campaignId);
    const ChannelID = stage.tenant.channels[0]?.id;
    await tell(stage, { EventTypeID: 13, TimeStamp: `${today} 00:00:01`, CampaignID, ChannelID });
    const { state, reason } = await completedExecution(product, stage.connectionId);

    expect({ state, reason, received: received() }).toEqual({
      state: 'CANCELLED',
      reason: 'Cancelled in Optimove',
      received: 0,
    });
  });

  it('for a while hands nothing over until it is resumed, and then completes', async () => {
    const { stage, campaignId, announced } = await stageOne();
    await runAtOptimove(product, stage, campaignId);
    await eventually('messages are on their way', () => received() >= 100);
    const id = await executionOf(stage.connectionId);

    const paused = await change('pauseExecution', { id });
    const at = await now();
    expect(paused.execution.pausedAt).not.toBeNull();
    expect(paused.handedOver).toBeLessThan(announced);
    await eventually('every chunk is let go', async () => {
      const held = await product.database.query(
        `SELECT 1 FROM execution_chunk WHERE execution_id = $1 AND state = 'PENDING' AND held_until > now()`,
        [id],
      );
      return held.length === 0;
    });
    expect(await claimedAfter(id, at)).toBe(0);

    await product.control('PUT', '/far-ends/mobilePush/delay', { ms: 0 });
    await change('resumeExecution', { id });
    const { state, funnel } = await completedExecution(product, stage.connectionId, 90_000);
    expect({ state, sent: countOf(funnel, 'SENT') }).toEqual({ state: 'COMPLETED', sent: announced });
    expect(product.farEnds.inbox.report(0).mobilePush.duplicates).toBe(0);
  });

  it('for a whole connection parks its executions until sending is switched on again', async () => {
    await product.control('PUT', '/far-ends/mobilePush/delay', { ms: 0 });
    const { stage, campaignId, announced } = await stageOne(some);
    const scope = { scope: 'CONNECTION', scopeId: stage.connectionId };
    await mutate(product.graphql, 'switchSendingOff', 'SwitchSendingOffInput', 'stops { reason }', {
      ...scope,
      reason: 'Wrong offer',
    });
    await runAtOptimove(product, stage, campaignId);
    const id = await executionOf(stage.connectionId);
    await eventually('every chunk was given to the queue and taken by nobody', async () => {
      const [row] = await product.database.query<{ all: number; taken: number; queued: number }>(
        `SELECT count(*)::int AS all, count(*) FILTER (WHERE fence > 0)::int AS taken,
           (SELECT count(*)::int FROM outbox_message WHERE queue = 'campaigns.send-chunk') AS queued
         FROM execution_chunk WHERE execution_id = $1`,
        [id],
      );
      return row !== undefined && row.all > 0 && row.taken === 0 && row.queued === 0;
    });
    expect(received()).toBe(0);

    await mutate(product.graphql, 'switchSendingOn', 'SendingScopeInput', 'stops { reason }', scope);
    const { funnel } = await completedExecution(product, stage.connectionId, 120_000);
    expect(countOf(funnel, 'SENT')).toBe(announced);
  });

  it('by deleting its connection ends whoever is left as cancelled', async () => {
    const { stage, campaignId, announced } = await stageOne();
    await runAtOptimove(product, stage, campaignId);
    await eventually('messages are on their way', () => received() >= 100);
    await mutate(product.graphql, 'deleteConnection', 'DeleteConnectionInput', 'deletedId', {
      id: stage.connectionId,
      acceptConsequences: true,
    });
    const { state, reason, funnel } = await completedExecution(product, stage.connectionId);

    expect({ state, reason }).toEqual({ state: 'CANCELLED', reason: 'The connection was deleted' });
    expect(countOf(funnel, 'CANCELLED')).toBeGreaterThan(0);
    expect(countOf(funnel, 'SENT') + countOf(funnel, 'CANCELLED')).toBe(announced);
  });

  it('by disabling its connection makes it wait, and it goes on when that is enabled again', async () => {
    const { stage, campaignId, announced } = await stageOne();
    await runAtOptimove(product, stage, campaignId);
    await eventually('messages are on their way', () => received() >= 100);
    const id = await executionOf(stage.connectionId);
    const input = { id: stage.connectionId };
    await mutate(product.graphql, 'disableConnection', 'ConnectionIdInput', 'connection { status }', input);
    await eventually('every chunk is let go or done', async () => {
      const held = await product.database.query(
        `SELECT 1 FROM execution_chunk WHERE execution_id = $1 AND state = 'PENDING' AND held_until > now()`,
        [id],
      );
      return held.length === 0;
    });
    const before = received();
    expect(before).toBeLessThan(announced);

    await product.control('PUT', '/far-ends/mobilePush/delay', { ms: 0 });
    await mutate(product.graphql, 'enableConnection', 'ConnectionIdInput', 'connection { status }', input);
    const { state, funnel } = await completedExecution(product, stage.connectionId, 120_000);
    expect({ state, sent: countOf(funnel, 'SENT') }).toEqual({ state: 'COMPLETED', sent: announced });
    expect(product.farEnds.inbox.report(0).mobilePush.duplicates).toBe(0);
  });

  it('by losing the callback does not happen: the sweep finds what Optimove executed', async () => {
    await product.control('PUT', '/far-ends/mobilePush/delay', { ms: 0 });
    const { stage, campaignId, announced } = await stageOne(some);
    await product.control('PUT', `/tenants/${stage.tenant.id}/faults`, { rules: [], callbacks: { silent: true } });
    // A channel that is gone at Optimove, which is asked about first, hides nothing. Nor does the account of the connection
    // that was deleted above, whose campaigns have the same numbers at the same address.
    await product.database.query(
      `INSERT INTO channel SELECT (jsonb_populate_record(c, '{"id": "00000000-0000-7000-8000-000000000001",
         "kind": "WEB_PUSH", "name": "Gone", "optimove_channel_id": 999999}')).* FROM channel c WHERE id = $1`,
      [stage.channelId],
    );
    await runAtOptimove(product, stage, campaignId);
    const { state, funnel } = await completedExecution(product, stage.connectionId, 90_000);

    expect({ state, sent: countOf(funnel, 'SENT') }).toEqual({ state: 'COMPLETED', sent: announced });
    expect(
      await product.database.query('SELECT 1 FROM callback_journal WHERE connection_id = $1', [stage.connectionId]),
    ).toHaveLength(0);
  });

  it('is not needed when a channel or a connection is made again: what went out goes to nobody twice', async () => {
    await product.control('PUT', '/far-ends/mobilePush/delay', { ms: 0 });
    const { stage, campaignId, announced } = await stageOne(60);
    await runAtOptimove(product, stage, campaignId);
    await completedExecution(product, stage.connectionId);
    const executions = async (connectionId: string): Promise<{ state: string }[]> => {
      const query = 'query ($id: ID!) { executions(first: 9, connectionId: $id) { nodes { id state } } }';
      type Answer = { executions: { nodes: { state: string }[] } };
      return (await product.graphql<Answer>(query, { id: connectionId })).executions.nodes;
    };
    const addChannel = async (connectionId: string): Promise<string> => {
      const input = { connectionId, kind: 'MOBILE_PUSH', name: 'Xtremepush' };
      type Added = { channel: { id: string } };
      return (await mutate<Added>(product.graphql, 'addChannel', 'AddChannelInput', 'channel { id }', input)).channel
        .id;
    };
    /** Runs another campaign of which no callback tells, and waits until the sweep found it: it has looked by then. */
    const sweep = async (on: CampaignStage, count: number): Promise<void> => {
      await product.control('PUT', `/tenants/${stage.tenant.id}/faults`, { rules: [], callbacks: { silent: true } });
      const other = await planWithPeople(product, on, { count: 60, seed: stages });
      await runAtOptimove(product, on, other.id);
      await eventually('the sweep found the other campaign', async () => {
        const found = await executions(on.connectionId);
        return found.length >= count && found.every(({ state }) => state === 'COMPLETED');
      });
      expect(await executions(on.connectionId)).toHaveLength(count);
    };

    const { graphql } = product;
    await mutate(graphql, 'removeChannel', 'RemoveChannelInput', 'channel { state }', { id: stage.channelId });
    expect(await addChannel(stage.connectionId)).toBe(stage.channelId);
    await sweep(stage, 2);
    expect(received()).toBe(2 * announced);

    const gone = { id: stage.connectionId, acceptConsequences: true };
    await mutate(graphql, 'deleteConnection', 'DeleteConnectionInput', 'deletedId', gone);
    const { endpoint, apiToken } = stage.tenant;
    const fields = {
      name: 'Once more',
      endpoint,
      apiToken,
      mobileNumberAttribute: 'MobileNumber',
      callsPerSecond: 100,
    };
    const { connection } = await mutate<{ connection: { id: string } }>(
      ...([graphql, 'createConnection', 'CreateConnectionInput', 'connection { id }', fields] as const),
    );
    const again = { ...stage, connectionId: connection.id, channelId: await addChannel(connection.id) };
    await relaunch(again);
    await sweep(again, 1);
    expect(received()).toBe(3 * announced);
    expect(product.farEnds.inbox.report(0).mobilePush.duplicates).toBe(0);
  });

  /** Takes the campaign to another channel. */
  async function relaunch({ campaignId: id, channelId }: CampaignStage): Promise<void> {
    const { graphql } = product;
    const version = async (): Promise<{ id: string; version: number }> =>
      (
        await graphql<{ campaign: { id: string; version: number } }>(
          'query ($id: ID!) { campaign(id: $id) { id version } }',
          { id },
        )
      ).campaign;
    await mutate(graphql, 'withdrawCampaign', 'WithdrawCampaignInput', 'campaign { id }', { id });
    const moved = { ...(await version()), channelId };
    await mutate(graphql, 'updateCampaign', 'UpdateCampaignInput', 'campaign { id }', moved);
    await mutate(graphql, 'launchCampaign', 'LaunchCampaignInput', 'campaign { id }', await version());
  }
});
