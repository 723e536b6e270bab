import { mutate } from '../../support/campaign-stage';
import { type ContentStage, setStage } from '../content/stage';
import { bringCallback } from './bring-callback';

const day = '2026-05-04';

describe('a campaign that is announced once more after its list was read', () => {
  let stage: ContentStage;
  let connectionId: string;

  beforeAll(async () => {
    stage = await setStage();
    const { endpoint, apiToken } = await stage.control<{ endpoint: string; apiToken: string }>('POST', '/tenants', {
      name: 'Once more',
    });
    const { connection } = await mutate<{ connection: { id: string } }>(
      stage.graphql,
      'createConnection',
      'CreateConnectionInput',
      'connection { id }',
      { name: 'Once more', endpoint, apiToken },
    );
    connectionId = connection.id;
    const channel = { connectionId, kind: 'MOBILE_PUSH', name: 'Xtremepush' };
    await mutate(stage.graphql, 'addChannel', 'AddChannelInput', 'channel { id }', channel);
  }, 120_000);
  afterAll(() => stage?.close());

  const announced = async (time: string): Promise<{ id: string; isLater: boolean }> => {
    await stage.database.query('DELETE FROM outbox_message');
    const receivedAt = new Date(`${day}T${time}Z`);
    const TimeStamp = `${day} ${time}`;
    await bringCallback(stage, { connectionId, EventTypeID: 13, CampaignID: 7, TimeStamp, receivedAt });
    const jobs = await stage.database.query<{ id: string; isLater: boolean }>(
      `SELECT job_id AS id, run_at > now() AS "isLater" FROM outbox_message WHERE queue = 'campaigns.read-recipients'`,
    );
    expect(jobs).toHaveLength(1);
    return jobs[0] as { id: string; isLater: boolean };
  };

  it('has it read again by a job that the queue does not take for the one that ended, together with what follows', async () => {
    const first = await announced('09:00:01');
    const second = await announced('09:00:02');
    expect(second.id).not.toBe(first.id);
    expect([first.isLater, second.isLater]).toEqual([false, true]);
  });
});
