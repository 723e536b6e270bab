import { mutate } from '../../support/campaign-stage';
import { type ContentStage, setStage } from '../content/stage';
import { bringCallback } from './bring-callback';
import { connectStage } from './connect-stage';

const day = '2026-05-04';

describe('a campaign that is announced once more after its list was read', () => {
  let stage: ContentStage;
  let connectionId: string;

  beforeAll(async () => {
    stage = await setStage();
    ({ connectionId } = await connectStage(stage, 'Once more'));
  }, 120_000);
  afterAll(() => stage?.close());

  beforeEach(() => stage.database.query('DELETE FROM outbox_message'));

  const announced = async (time: string): Promise<void> => {
    const receivedAt = new Date(`${day}T${time}Z`);
    const TimeStamp = `${day} ${time}`;
    await bringCallback(stage, { connectionId, EventTypeID: 13, CampaignID: 7, TimeStamp, receivedAt });
  };
  const queued = async (): Promise<{ id: string; isLater: boolean } | undefined> => {
    const jobs = await stage.database.query<{ id: string; isLater: boolean }>(
      `DELETE FROM outbox_message WHERE queue = 'campaigns.read-recipients' RETURNING job_id AS id, run_at > now() AS "isLater"`,
    );
    expect(jobs.length).toBeLessThanOrEqual(1);
    return jobs[0];
  };

  it('has it read again by a job that the queue does not take for the one that ended, together with what follows', async () => {
    await announced('09:00:01');
    const first = await queued();
    await announced('09:00:02');
    const second = await queued();
    expect(second?.id).not.toBe(first?.id);
    expect([first?.isLater, second?.isLater]).toEqual([false, true]);
  });

  it('while it is paused has it read when it is resumed', async () => {
    await announced('09:01:00');
    const sql = 'SELECT id FROM execution WHERE connection_id = $1';
    const [execution] = await stage.database.query<{ id: string }>(sql, [connectionId]);
    const change = (field: string): Promise<unknown> =>
      mutate(stage.graphql, field, 'ExecutionIdInput', 'execution { id }', { id: execution?.id });
    await change('pauseExecution');
    const known = await queued();
    await change('resumeExecution');
    const next = await queued();
    expect(next).toEqual({ id: expect.any(String), isLater: false });
    expect(next?.id).not.toBe(known?.id);
  });
});
