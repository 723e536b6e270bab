import { newId } from '@libs/foundation';
import { CancelExecution } from '../../../src/campaigns/execution/cancel-execution';
import { type ContentStage, setStage } from './stage';

const waits = 'acceptedForLater { texts keptMessages }';
const pause = `mutation ($id: ID!) { pauseExecution(input: { id: $id }) { handedOver ${waits} execution { ${waits} } } }`;
const off = `mutation ($input: SwitchSendingOffInput!) { switchSendingOff(input: $input) { handedOver ${waits} } }`;

interface Counted {
  handedOver: number | null;
  acceptedForLater: { texts: number; keptMessages: number } | null;
}

describe('the answer to a stop', () => {
  let stage: ContentStage;
  let smpp: string;
  let inbox: string;
  beforeAll(async () => {
    stage = await setStage();
    await stage.database.query('SELECT ensure_ledger_partitions(now())');
    [smpp, inbox] = await Promise.all([account('smpp', 'SMS'), account('inbox', 'INBOX')]);
  }, 120_000);
  afterAll(() => stage.close());

  async function account(provider: string, medium: string): Promise<string> {
    const id = newId();
    await stage.database.query(
      `INSERT INTO provider_account (id, project_id, provider, medium, serves, name, settings, secret_hints, is_default)
       VALUES ($1, $2, $3, $4, CASE $3 WHEN 'fcm' THEN 'FCM' ELSE $4 END, $3, '{}', '{}', true)`,
      [id, stage.projectId, provider, medium],
    );
    return id;
  }

  async function connection(name = 'Stops'): Promise<string> {
    const { endpoint, apiToken } = await stage.control<{ endpoint: string; apiToken: string }>('POST', '/tenants', {
      name,
    });
    const { createConnection } = await stage.graphql<{ createConnection: { connection: { id: string } } }>(
      'mutation ($input: CreateConnectionInput!) { createConnection(input: $input) { connection { id } } }',
      { input: { name, endpoint, apiToken } },
    );
    return createConnection.connection.id;
  }

  async function running(projectId = stage.projectId, connectionId = newId()): Promise<{ id: string }> {
    const id = newId();
    await stage.database.query(
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_campaign_id, optimove_channel_id, run_date, state)
       VALUES ($1, $2, $3, $3, $4, 505, '2026-01-01', 'RUNNING')`,
      [id, projectId, connectionId, id],
    );
    return { id };
  }

  async function deliveries(
    executionId: string,
    rows: { medium: string; accountId: string; state: string; receipt?: string }[],
  ): Promise<void> {
    for (const [index, { medium, accountId, state, receipt }] of rows.entries()) {
      await stage.database.query(
        `INSERT INTO delivery (execution_id, seq, medium, address_key, project_id, profile_id, account_id, state, fence, receipt_status)
         SELECT $1, $2, $3, 'a', project_id, $4, $5, $6, 1, $7 FROM execution WHERE id = $1`,
        [executionId, index + 1, medium, newId(), accountId, state, receipt ?? null],
      );
    }
  }

  async function keep(executionId: string, moments: { fetched?: string; deleted?: string; expires?: string }[]) {
    for (const [index, { fetched, deleted, expires }] of moments.entries()) {
      await stage.database.query(
        `INSERT INTO kept_message (project_id, account_id, medium, delivery_id, profile_id, content, expires_at, fetched_at, deleted_at)
         SELECT project_id, $2, 'INBOX', id || '.' || $3 || '.I.a', $4, '{}', $5, $6, $7 FROM execution WHERE id = $1`,
        [executionId, inbox, String(index + 1), newId(), expires ?? '2099-01-01', fetched ?? null, deleted ?? null],
      );
    }
  }

  /** Two texts of which nobody knows yet, three messages that nobody has fetched. */
  async function underWay(connectionId = newId()): Promise<{ id: string }> {
    const execution = await running(stage.projectId, connectionId);
    const sms = { medium: 'SMS', accountId: smpp };
    await deliveries(execution.id, [
      { ...sms, state: 'ACCEPTED' },
      { ...sms, state: 'ACCEPTED', receipt: 'UNKNOWN' },
      { ...sms, state: 'ACCEPTED', receipt: 'DELIVERED' },
      { ...sms, state: 'ACCEPTED', receipt: 'FAILED' },
      { ...sms, state: 'CLAIMED' },
      { ...sms, state: 'UNCERTAIN' },
      { ...sms, state: 'REJECTED' },
      { medium: 'MOBILE_PUSH', accountId: newId(), state: 'ACCEPTED' },
      { medium: 'INBOX', accountId: inbox, state: 'ACCEPTED' },
    ]);
    await keep(execution.id, [
      {},
      {},
      {},
      { fetched: '2026-01-01' },
      { deleted: '2026-01-01' },
      { expires: '2026-01-01' },
    ]);
    return execution;
  }

  it('says how many messages had gone, and names apart what was accepted for later', async () => {
    const { id } = await underWay();
    const { pauseExecution } = await stage.graphql<{ pauseExecution: Counted & { execution: Counted } }>(pause, { id });
    const acceptedForLater = { texts: 2, keptMessages: 3 };
    expect(pauseExecution).toEqual({ handedOver: 8, acceptedForLater, execution: { acceptedForLater } });
  });

  it('counts no message that was taken back', async () => {
    const { id } = await underWay();
    await stage.graphql('mutation ($id: ID!) { stopShowing(input: { id: $id }) { userErrors { code } } }', { id });
    expect(await stage.graphql(`query ($id: ID!) { execution(id: $id) { ${waits} } }`, { id })).toEqual({
      execution: { acceptedForLater: { texts: 2, keptMessages: 0 } },
    });
  });

  it('counts what a switch is for: a connection, a provider account, the project', async () => {
    await stage.database.query(`UPDATE execution SET state = 'COMPLETED'`);
    const connectionId = await connection();
    await underWay(connectionId);
    await underWay();
    const stranger = await running(newId());
    await deliveries(stranger.id, [{ medium: 'SMS', accountId: smpp, state: 'ACCEPTED' }]);
    await keep(stranger.id, [{}]);
    const switchedOff = async (scope: string, scopeId: string): Promise<Counted> => {
      const input = { scope, scopeId, reason: 'A wrong offer' };
      return (await stage.graphql<{ switchSendingOff: Counted }>(off, { input })).switchSendingOff;
    };
    expect(await switchedOff('CONNECTION', connectionId)).toEqual({
      handedOver: 8,
      acceptedForLater: { texts: 2, keptMessages: 3 },
    });
    expect(await switchedOff('PROVIDER_ACCOUNT', smpp)).toEqual({
      handedOver: 12,
      acceptedForLater: { texts: 4, keptMessages: 0 },
    });
    expect(await switchedOff('PROVIDER_ACCOUNT', inbox)).toEqual({
      handedOver: 2,
      acceptedForLater: { texts: 0, keptMessages: 6 },
    });
    expect(await switchedOff('PROJECT', stage.projectId)).toEqual({
      handedOver: 16,
      acceptedForLater: { texts: 4, keptMessages: 6 },
    });
  });

  it('stays to be seen: every switch that is off, with its reason and who did it, until it is on again', async () => {
    await stage.database.query('DELETE FROM sending_stop');
    const input = { scope: 'PROVIDER_ACCOUNT', scopeId: smpp };
    const stops = async () =>
      (await stage.graphql<{ sendingStops: object[] }>('{ sendingStops { scope scopeId reason stoppedBy } }'))
        .sendingStops;
    await stage.graphql(off, { input: { ...input, reason: 'A wrong offer' } });
    await stage.database.query(
      `INSERT INTO sending_stop (project_id, scope, scope_id, reason, stopped_by) VALUES ($1, 'PROJECT', $1, 'Theirs', 'x')`,
      [newId()],
    );
    expect(await stops()).toEqual([{ ...input, reason: 'A wrong offer', stoppedBy: 'First key' }]);
    await stage.graphql(
      'mutation ($input: SendingScopeInput!) { switchSendingOn(input: $input) { stops { scope } } }',
      { input },
    );
    expect(await stops()).toEqual([]);
  });

  it('refuses what names no execution, and counts nothing then', async () => {
    const refused = { handedOver: null, acceptedForLater: null, execution: null };
    for (const id of [newId(), 'x']) expect(await stage.graphql(pause, { id })).toEqual({ pauseExecution: refused });
  });

  it('refuses a switch on what is not there, so that nobody takes it for a stop', async () => {
    await stage.database.query('DELETE FROM sending_stop');
    for (const scope of ['PROJECT', 'CONNECTION', 'CHANNEL', 'PROVIDER_ACCOUNT']) {
      const input = { scope, scopeId: newId(), reason: 'A wrong offer' };
      const { switchSendingOff } = await stage.graphql<{ switchSendingOff: object }>(
        `mutation ($input: SwitchSendingOffInput!) { switchSendingOff(input: $input) {
           handedOver stops { scope } userErrors { code path } } }`,
        { input },
      );
      expect(switchSendingOff).toEqual({
        handedOver: null,
        stops: [],
        userErrors: [{ code: 'NOT_FOUND', path: ['scopeId'] }],
      });
    }
  });

  it('is not needed where the connection was deleted, though the queue lost the news of it', async () => {
    const connectionId = await connection('Deleted');
    const { id } = await running(stage.projectId, connectionId);
    const { deleteConnection } = await stage.graphql<{ deleteConnection: { deletedId: string | null } }>(
      'mutation ($id: ID!) { deleteConnection(input: { id: $id, acceptConsequences: true }) { deletedId } }',
      { id: connectionId },
    );
    expect(deleteConnection.deletedId).toBe(connectionId);
    await stage.app.get(CancelExecution, { strict: false }).run(10);
    expect(await stage.graphql('query ($id: ID!) { execution(id: $id) { state reason } }', { id })).toEqual({
      execution: { state: 'CANCELLED', reason: 'The connection was deleted' },
    });
  });
});
