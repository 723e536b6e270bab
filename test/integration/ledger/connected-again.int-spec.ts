import { randomUUID } from 'node:crypto';
import { Transactions } from '@libs/platform';
import { CampaignsService } from '@modules/campaigns';
import type { AcceptedCall } from '../../../src/campaigns/execution/accept-callback';
import { AnnounceCampaign } from '../../../src/campaigns/execution/announce-campaign';
import { mutate } from '../../support/campaign-stage';
import { type ContentStage, setStage } from '../content/stage';
import { bringCallback } from './bring-callback';
import { insertExecution } from './stage';

const runDate = '2026-05-04';
const CampaignID = 7;

/** A connection with its channel. */
interface Place {
  connectionId: string;
  channelId: string;
}

describe('a campaign that was cancelled over a connection that was deleted and made again', () => {
  let stage: ContentStage;
  let tenant: { endpoint: string; apiToken: string };
  let place: Place;

  beforeAll(async () => {
    stage = await setStage();
  }, 120_000);
  afterAll(() => stage?.close());
  beforeEach(async () => {
    tenant = await stage.control('POST', '/tenants', { name: 'Again' });
    const old = await connect();
    await call(old, 13, '09:00:00');
    expect(await call(old, 4, '10:00:00')).toMatchObject({ reason: '1 executions stopped' });
    const gone = { id: old.connectionId, acceptConsequences: true };
    await mutate(stage.graphql, 'deleteConnection', 'DeleteConnectionInput', 'deletedId', gone);
    place = await connect();
  });

  async function connect(): Promise<Place> {
    const { endpoint, apiToken } = tenant;
    const { connection } = await mutate<{ connection: { id: string } }>(
      ...([stage.graphql, 'createConnection', 'CreateConnectionInput', 'connection { id }'] as const),
      { name: randomUUID(), endpoint, apiToken },
    );
    const input = { connectionId: connection.id, kind: 'MOBILE_PUSH', name: 'Xtremepush' };
    const { channel } = await mutate<{ channel: { id: string } }>(
      ...([stage.graphql, 'addChannel', 'AddChannelInput', 'channel { id }', input] as const),
    );
    return { connectionId: connection.id, channelId: channel.id };
  }

  const call = (
    { connectionId }: Place,
    EventTypeID: number,
    time: string,
    and: object = {},
  ): Promise<AcceptedCall | null> =>
    bringCallback(stage, {
      ...{ connectionId, EventTypeID, CampaignID, TimeStamp: `${runDate} ${time}`, and },
      receivedAt: new Date(`${runDate}T${time}Z`),
    });

  it('is heard by its triggered calls only where they were made later', async () => {
    const input = { connectionId: place.connectionId, kind: 'TRIGGERED', name: 'Xtremepush Triggered' };
    const { channel } = await mutate<{ channel: { optimoveChannelId: number } }>(
      ...([stage.graphql, 'addChannel', 'AddChannelInput', 'channel { optimoveChannelId }', input] as const),
    );
    const and = { CustomerID: 'A1', TemplateID: 1, ChannelID: channel.optimoveChannelId };
    const triggered = (time: string): Promise<AcceptedCall | null> => call(place, 11, time, and);
    expect(await triggered('10:00:00')).toMatchObject({ outcome: 'REFUSED' });
    expect(await triggered('10:00:01')).toMatchObject({ outcome: 'TRIGGERED' });
  });

  const executions = (): Promise<unknown[]> =>
    stage.database.query('SELECT id FROM execution WHERE connection_id = $1', [place.connectionId]);

  it('is told as the sum of what went out over all connections to the account, as whatever kind of channel', async () => {
    const [{ id: old } = { id: '' }] = await stage.database.query<{ id: string }>(
      `SELECT id FROM connection WHERE deleted_at IS NOT NULL AND account_id = (SELECT account_id FROM connection WHERE id = $1)`,
      [place.connectionId],
    );
    const { projectId, database } = stage;
    const sent = async (over: { connectionId: string; runDate: string }, count: number, completedAt: string) => {
      const id = await insertExecution(database, { projectId, people: count, campaignId: '77', ...over });
      await database.query(`INSERT INTO execution_template (execution_id, optimove_template_id) VALUES ($1, '1')`, [
        id,
      ]);
      await database.query(
        `INSERT INTO execution_tally (execution_id, chunk_no, optimove_template_id, measure, count) VALUES ($1, 1, '1', 'SENT', $2)`,
        [id, count],
      );
      await database.query(`UPDATE execution SET state = 'COMPLETED', completed_at = $2 WHERE id = $1`, [
        id,
        completedAt,
      ]);
      return id;
    };
    const before = await sent({ connectionId: old, runDate }, 6, '2026-05-10T12:00:00Z');
    await sent({ ...place, runDate }, 4, '2026-05-04T12:00:00Z');
    const last = await sent({ connectionId: place.connectionId, runDate: '2026-05-05' }, 3, '2026-05-05T12:00:00Z');
    const totals = (id: string) =>
      stage.app.get(CampaignsService, { strict: false }).totals(stage.app.get(Transactions).pool, id);
    const told = { connectionId: place.connectionId, sent: 13, closesAt: new Date('2026-05-17T12:00:00Z') };
    expect(await totals(last)).toEqual([expect.objectContaining(told)]);
    expect(await totals(before)).toEqual([expect.objectContaining(told)]);
    const moved =
      'UPDATE connection SET account_id = coalesce($2, gen_random_uuid()) WHERE id = $1 RETURNING account_id';
    const [{ account_id: account } = { account_id: '' }] = await database.query<{ account_id: string }>(
      'SELECT account_id FROM connection WHERE id = $1',
      [place.connectionId],
    );
    await database.query(moved, [place.connectionId, null]);
    expect(await totals(last)).toEqual([expect.objectContaining({ ...told, connectionId: old })]);
    await database.query(moved, [place.connectionId, account]);
  });

  it('is not found again by the sweep', async () => {
    const announcement = {
      ...{ ...place, projectId: stage.projectId, runDate },
      ...{ optimoveChannelId: 506, optimoveCampaignId: String(CampaignID) },
    };
    const saidAt = new Date(`${runDate}T00:00Z`);
    const heard = { source: 'SWEEP' as const, stamp: `${runDate} 00:00:00`, saidAt, receivedAt: new Date() };
    const announce = stage.app.get(AnnounceCampaign, { strict: false });
    expect(await stage.app.get(Transactions).run((tx) => announce.run(tx, announcement, heard))).toBeNull();
    expect(await executions()).toEqual([]);
  });

  it('is not launched by what was announced before the cancellation, and is by what was afterwards', async () => {
    expect(await call(place, 13, '09:30:00')).toMatchObject({ outcome: 'CANCELLED' });
    expect(await call(place, 13, '11:00:00')).toMatchObject({ outcome: 'ANNOUNCED' });
    expect(await executions()).toHaveLength(2);
  });
});
