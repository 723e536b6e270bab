import { newId, timeOfId } from '@libs/foundation';
import { DrainTriggered, type FreshChunk } from '../../../src/campaigns/execution/drain-triggered';
import { TriggeredRepository } from '../../../src/campaigns/persistence/ledger/triggered.repository';
import type { CampaignStage } from '../../support/campaign-stage';
import type { ContentStage } from '../content/stage';
import { bringCallback } from './bring-callback';
import { setTriggeredStage } from './triggered-stage';

describe('whoever gives triggered callbacks their places', () => {
  let stage: ContentStage;
  let campaign: CampaignStage;
  let optimoveChannelId: number;
  let drain: DrainTriggered;
  beforeAll(async () => {
    ({ stage, campaign, optimoveChannelId } = await setTriggeredStage());
    drain = stage.app.get(DrainTriggered, { strict: false });
  }, 60_000);
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => stage?.close());

  let people = 0;
  /** Has Optimove name one more customer of the campaign. */
  const name = async (campaignId: string): Promise<string> => {
    people += 1;
    const call = await bringCallback(stage, {
      ...{ connectionId: campaign.connectionId, EventTypeID: 11, CampaignID: campaignId, receivedAt: new Date() },
      and: { CustomerID: `A${people}`, ChannelID: optimoveChannelId, TemplateID: Number(campaign.templateId) },
    });
    return call?.executionId ?? '';
  };
  const named = async (count: number): Promise<{ campaignId: string; executionId: string }> => {
    const campaignId = newId();
    let executionId = '';
    for (let left = count; left > 0; left -= 1) executionId = await name(campaignId);
    return { campaignId, executionId };
  };
  /** Sizes of the batches, when one more customer is named after the first look that finds nobody. */
  const batchesWithOneMore = async (count: number): Promise<number[]> => {
    const { campaignId, executionId } = await named(count);
    const repository = stage.app.get(TriggeredRepository, { strict: false });
    const look = repository.waiting.bind(repository);
    let isNamed = false;
    jest.spyOn(repository, 'waiting').mockImplementation(async (...of) => {
      const found = await look(...of);
      if (found.length === 0 && !isNamed) {
        isNamed = true;
        await name(campaignId);
      }
      return found;
    });
    const batches: number[] = [];
    const send = async ({ open }: FreshChunk) => void batches.push(open.length);
    await drain.run(executionId, { holder: newId(), send });
    return batches;
  };

  it('looks for more after a crowd, because nobody is told of each of that', async () => {
    expect(await batchesWithOneMore(4)).toEqual([4, 1]);
  });

  it('waits to be told again after a few', async () => {
    expect(await batchesWithOneMore(3)).toEqual([3]);
  });

  it('does so beside an open execution of another day of which the ledger has no part yet', async () => {
    const { database } = stage;
    const { executionId } = await named(2);
    const threeDaysAgo = Date.now() - 3 * 86_400_000;
    const other =
      threeDaysAgo
        .toString(16)
        .padStart(12, '0')
        .replace(/^(.{8})/, '$1-') + newId().slice(13);
    await database.query(
      `INSERT INTO execution (id, project_id, connection_id, account_id, channel_id, optimove_channel_id, optimove_campaign_id,
         run_date, kind, state, closes_at)
       SELECT $2, project_id, connection_id, account_id, channel_id, optimove_channel_id, 'other', run_date - 3, kind, state, closes_at
       FROM execution WHERE id = $1`,
      [executionId, other],
    );
    const sizes: number[] = [];
    await drain.run(executionId, { holder: newId(), send: async ({ open }) => void sizes.push(open.length) });
    expect(sizes).toEqual([2]);
    const day = timeOfId(other).toISOString().slice(0, 10).replaceAll('-', '');
    expect(await database.query('SELECT to_regclass($1) IS NOT NULL AS is', [`recipient_${day}`])).toEqual([
      { is: true },
    ]);
  });

  it('leaves the others to the next one when its process ends, though more keep coming', async () => {
    const { campaignId, executionId } = await named(1);
    let batches = 0;
    const send = async (): Promise<void> => {
      batches += 1;
      if (batches < 10) await name(campaignId);
      if (batches === 3) drain.onModuleDestroy();
    };
    await drain.run(executionId, { holder: newId(), send });
    expect(batches).toBe(3);
    const waiting = 'SELECT count(*)::int AS waiting FROM callback_waiting WHERE execution_id = $1';
    expect(await stage.database.query(waiting, [executionId])).toEqual([{ waiting: 1 }]);
  });
});
