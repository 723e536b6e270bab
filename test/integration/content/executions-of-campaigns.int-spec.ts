import { newId } from '@libs/foundation';
import { ExecutionListRepository } from '../../../src/campaigns/persistence/ledger/execution-list.repository';
import { launchCampaign, stageCampaign } from '../../support/campaign-stage';
import { type ContentStage, setStage } from './stage';

interface Listed {
  name: string;
  executions: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

const content = { mobilePush: { title: 'Hello', body: 'Hi' } };
const fields = 'nodes { id } pageInfo { hasNextPage endCursor }';

describe('the executions of a list of campaigns', () => {
  let stage: ContentStage;
  let sent: string[];
  let sentOnce: string[];
  beforeAll(async () => {
    stage = await setStage();
    const { campaignId, channelId } = await stageCampaign(stage, { content, name: 'Often' });
    const once = await launchCampaign(stage.graphql, { channelId, name: 'Once', content });
    await launchCampaign(stage.graphql, { channelId, name: 'Never', content });
    sent = [await execution(campaignId), await execution(campaignId), await execution(campaignId)];
    sentOnce = [await execution(once.campaignId)];
  }, 120_000);
  afterAll(() => stage?.close());
  afterEach(() => jest.restoreAllMocks());

  async function execution(campaignId: string): Promise<string> {
    const id = newId();
    await stage.database.query(
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_campaign_id, optimove_channel_id, run_date)
       VALUES ($1, $2, $3, $3, $4, 506, '2026-01-01')`,
      [id, stage.projectId, newId(), id],
    );
    await stage.database.query(
      `INSERT INTO execution_template (execution_id, optimove_template_id, version_id)
       SELECT $1, '1', id FROM campaign_version WHERE campaign_id = $2`,
      [id, campaignId],
    );
    return id;
  }
  const listed = async (args: string): Promise<Map<string, Listed['executions']>> => {
    const { campaigns } = await stage.graphql<{ campaigns: { nodes: Listed[] } }>(
      `{ campaigns { nodes { name executions(${args}) { ${fields} } } } }`,
    );
    return new Map(campaigns.nodes.map(({ name, executions }) => [name, executions]));
  };

  it('are read together, each campaign has its own page, newest first', async () => {
    const read = jest.spyOn(ExecutionListRepository.prototype, 'ofCampaigns');
    const pages = await listed('first: 2');
    expect(pages.get('Often')?.nodes).toEqual([{ id: sent[2] }, { id: sent[1] }]);
    expect(pages.get('Often')?.pageInfo.hasNextPage).toBe(true);
    expect(pages.get('Once')).toMatchObject({ nodes: [{ id: sentOnce[0] }], pageInfo: { hasNextPage: false } });
    expect(pages.get('Never')?.nodes).toEqual([]);
    expect(read).toHaveBeenCalledTimes(1);

    const after = pages.get('Often')?.pageInfo.endCursor;
    const next = await listed(`first: 2, after: "${after}"`);
    expect(next.get('Often')).toMatchObject({ nodes: [{ id: sent[0] }], pageInfo: { hasNextPage: false } });
  });

  it('tell the channels on which there are fewer than usual by this time of the day', async () => {
    const { connectionId, channelId } = await stageCampaign(stage, { content, name: 'Quiet' });
    // A zone in which it is about noon, so that the day is old enough to be judged.
    const hour = new Date().getUTCHours();
    const timeZone = hour === 12 ? 'Etc/GMT' : `Etc/GMT${hour > 12 ? '+' : '-'}${Math.abs(hour - 12)}`;
    await stage.database.query('UPDATE connection SET time_zone = $2 WHERE id = $1', [connectionId, timeZone]);
    const quiet = async (id: string): Promise<object[]> =>
      (
        await stage.graphql<{ quietChannels: object[] }>(
          'query ($id: ID!) { quietChannels(connectionId: $id) { channelId usual announced advice } }',
          { id },
        )
      ).quietChannels;
    expect(await quiet(connectionId)).toEqual([]);
    await stage.database.query(
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id, run_date, announced_at)
       SELECT gen_random_uuid(), $1, $2, $3, 506, 'ago-' || days, current_date - days, now() - days * interval '1 day' - interval '2 hours'
       FROM unnest(ARRAY[7, 14, 21]) AS days`,
      [stage.projectId, connectionId, channelId],
    );
    const advice = expect.stringContaining('Look in Optimove');
    expect(await quiet(connectionId)).toEqual([{ channelId, usual: 1, announced: 0, advice }]);
    expect(await quiet(newId())).toEqual([]);
  });

  it('refuse the cursor of another list', async () => {
    const cursor = Buffer.from('7').toString('base64url');
    await expect(listed(`after: "${cursor}"`)).rejects.toThrow('after must be the endCursor of a page');
  });
});
