import { newId } from '@libs/foundation';
import { ReadRecipients } from '../../../src/campaigns/execution/read-recipients';
import { ExecutionRepository } from '../../../src/campaigns/persistence/ledger/execution.repository';
import { FreezeRepository } from '../../../src/campaigns/persistence/ledger/freeze.repository';
import { mutate, stageCampaign } from '../../support/campaign-stage';
import { setStage as setContentStage } from '../content/stage';
import { bringCallback } from './bring-callback';
import { type LedgerStage, setStage } from './stage';

const chunkSize = 100;

describe('an execution of a channel that spreads', () => {
  let stage: LedgerStage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage?.close());

  /** An execution whose list, all at nine o'clock UTC, is read but not frozen. */
  async function listed(people: number): Promise<{ id: string; holder: string }> {
    const [id, holder] = [newId(), newId()];
    await stage.database.query('SELECT ensure_ledger_partitions(now())');
    await stage.database.query(
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id, run_date,
         state, reading, holder, read_started_at)
       VALUES ($1, $2, $3, $4, 506, 'c1', '2026-05-04', 'READING', 1, $5, now())`,
      [id, stage.projectId, newId(), newId(), holder],
    );
    await stage.database.query('INSERT INTO execution_reading (execution_id, reading) VALUES ($1, 1)', [id]);
    await stage.database.query(
      `INSERT INTO recipient_staging (execution_id, reading, row_no, project_id, customer_id, optimove_template_id,
         scheduled_time, is_control, attributes)
       SELECT $1, 1, n, $2, 'customer-' || n, '1', '2026-05-04 09:00:00', false, '{}' FROM generate_series(1, $3::int) AS n`,
      [id, stage.projectId, people],
    );
    return { id, holder };
  }

  async function dueTimes(people: number, spreadMinutes: number): Promise<string[]> {
    const { id, holder } = await listed(people);
    const execution = await new ExecutionRepository(stage.transactions).find(stage.transactions.pool, id);
    if (execution?.kind !== 'SCHEDULED') throw new Error('The execution is gone');
    const chunks = await stage.transactions.run((tx) =>
      new FreezeRepository().freeze(tx, {
        execution,
        holder,
        timeZone: 'UTC',
        chunkSize,
        spreadMinutes,
        userIdAttribute: null,
        connectionIds: [execution.connection_id],
        erasureKeys: [],
      }),
    );
    return chunks.map(({ dueAt }) => dueAt.toISOString().slice(11, 16)).sort();
  }

  it('sends its parts evenly over the minutes, the first at the scheduled time', async () => {
    expect(await dueTimes(350, 60)).toEqual(['09:00', '09:15', '09:30', '09:45']);
  });

  it('sends everything at the scheduled time where it spreads over no time', async () => {
    expect(await dueTimes(350, 0)).toEqual(['09:00', '09:00', '09:00', '09:00']);
  });
});

describe('a channel that is told to spread', () => {
  it('has the parts of the lists that are read from then on sent over so many minutes', async () => {
    const stage = await setContentStage();
    try {
      const { tenant, connectionId, channelId, templateId } = await stageCampaign(stage, {
        content: { mobilePush: { title: 'Hello', body: 'Hi' } },
      });
      const input = { id: channelId, minutes: 60 };
      const spread = 'channel { spreadMinutes }';
      const { channel } = await mutate<{ channel: object }>(
        ...([stage.graphql, 'spreadChannel', 'SpreadChannelInput', spread, input] as const),
      );
      expect(channel).toEqual({ spreadMinutes: 60 });
      const ChannelID = tenant.channels[0]?.id;
      const { id } = await stage.control<{ id: string }>('POST', `/tenants/${tenant.id}/campaigns`, {
        ...{ channelId: ChannelID, templateIds: [Number(templateId)], customers: { count: 250 } },
        scheduledTime: '2035-05-04 09:00:00',
      });
      await stage.control('POST', `/tenants/${tenant.id}/campaigns/${id}/run`, {});
      const TimeStamp = new Date().toISOString().slice(0, 19).replace('T', ' ');
      const told = { connectionId, EventTypeID: 13, CampaignID: id, TimeStamp, receivedAt: new Date() };
      await bringCallback(stage, { ...told, and: { ChannelID } });
      const [execution] = await stage.database.query<{ id: string }>('SELECT id FROM execution');
      await stage.app.get(ReadRecipients, { strict: false }).run({ executionId: execution?.id ?? '' });
      const due = ['09:00', '09:20', '09:40'].map((time) => ({ at: new Date(`2035-05-04T${time}Z`) }));
      expect(await stage.database.query('SELECT due_at AS at FROM execution_chunk ORDER BY chunk_no')).toEqual(due);
      const jobs = `SELECT run_at AS at FROM outbox_message WHERE queue = 'campaigns.send-chunk' ORDER BY run_at`;
      expect(await stage.database.query(jobs)).toEqual(due);
    } finally {
      await stage.close();
    }
  }, 60_000);
});
