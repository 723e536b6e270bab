import { newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { CompleteExecution } from '../../../src/campaigns/execution/complete-execution';
import { ReadRecipients } from '../../../src/campaigns/execution/read-recipients';
import { readRecipientsJob } from '../../../src/campaigns/jobs/execution.jobs';
import { ChunkRepository } from '../../../src/campaigns/persistence/ledger/chunk.repository';
import { type CampaignStage, mutate, stageCampaign } from '../../support/campaign-stage';
import { type ContentStage, setStage } from '../content/stage';
import { listsOf } from './lists';
import { clocksOf } from './stage';

const content = { mobilePush: { title: 'Hello', body: 'Hi' } };

describe('a list that was announced', () => {
  let stage: ContentStage;
  let campaign: CampaignStage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  beforeEach(async () => {
    await stage.database.query('DELETE FROM outbox_message');
    campaign = await stageCampaign(stage, { name: newId(), content });
  });
  afterAll(() => stage?.close());

  const announced = async (): Promise<string> => {
    const [channel] = campaign.tenant.channels;
    const planned = { channelId: channel?.id, templateIds: [campaign.templateId], customers: { count: 2 } };
    const at = `/tenants/${campaign.tenant.id}/campaigns`;
    const { id: campaignId } = await stage.control<{ id: string }>('POST', at, planned);
    await stage.control('POST', `${at}/${campaignId}/run`, {});
    const id = await listsOf({ ...stage, transactions: stage.app.get(Transactions) }).announced(campaign);
    await stage.database.query(
      `UPDATE execution SET optimove_campaign_id = $2, optimove_channel_id = $3, attributes = '{}' WHERE id = $1`,
      [id, campaignId, channel?.id],
    );
    return id;
  };
  const answer = (kind: string): Promise<unknown> => {
    const rules = [{ kind, route: 'GetCustomerSendDetails' }];
    return stage.control('PUT', `/tenants/${campaign.tenant.id}/faults`, { rules });
  };
  const read = (executionId: string): Promise<void> =>
    stage.app.get(ReadRecipients, { strict: false }).run({ executionId });
  const execution = async (id: string): Promise<object | undefined> =>
    (await stage.database.query<object>('SELECT state, reason FROM execution WHERE id = $1', [id]))[0];
  const jobs = (id: string): Promise<object[]> =>
    stage.database.query<object>(
      `SELECT data ->> 'at' AS at FROM outbox_message WHERE queue = $1 AND data ->> 'executionId' = $2`,
      [readRecipientsJob.queue, id],
    );

  it('is not read from another account to which the connection was moved', async () => {
    const id = await announced();
    const next = await stage.control<{ endpoint: string; apiToken: string }>('POST', '/tenants', { name: 'Next' });
    await mutate(stage.graphql, 'updateConnection', 'UpdateConnectionInput', 'connection { id }', {
      ...{ id: campaign.connectionId, version: 1, apiToken: next.apiToken },
      endpoint: next.endpoint.replace('127.0.0.1', 'localhost'),
    });
    await read(id);
    expect(await execution(id)).toEqual({ state: 'FAILED', reason: expect.stringContaining('another account') });
  });

  it('is read once more when it could not be read and was announced again meanwhile', async () => {
    const id = await announced();
    await answer('string-body');
    await stage.database.query(
      `INSERT INTO execution_announcement (execution_id, source, time_stamp, said_at, received_at)
       VALUES ($1, '13', '', now(), now() + interval '1 hour')`,
      [id],
    );
    await read(id);
    expect(await execution(id)).toMatchObject({ state: 'ANNOUNCED' });
    expect(await jobs(id)).toEqual([{ at: '2' }]);
  });

  it('says why it waits for another try', async () => {
    const id = await announced();
    await answer('503');
    await expect(read(id)).rejects.toMatchObject({ retryable: true });
    expect(await execution(id)).toEqual({ state: 'READING', reason: expect.stringContaining('503') });
  });

  it('is found as soon as the lease of a worker that is gone ran out', async () => {
    const id = await announced();
    await stage.database.query(
      `UPDATE execution SET state = 'READING', reading = 1, read_started_at = now(), holder = $2,
         held_until = now() + interval '1 minute' WHERE id = $1`,
      [id, newId()],
    );
    const transactions = stage.app.get(Transactions);
    const completion = stage.app.get(CompleteExecution, { strict: false });
    const clocks = await clocksOf({ transactions, completion, chunks: new ChunkRepository(transactions) });
    const sweep = async (): Promise<object[]> => {
      await stage.database.query('DELETE FROM lease');
      await clocks.sweep();
      return jobs(id);
    };
    expect(await sweep()).toEqual([]);
    await stage.database.query(`UPDATE execution SET held_until = now() - interval '1 second' WHERE id = $1`, [id]);
    expect(await sweep()).toHaveLength(1);
  });
});
