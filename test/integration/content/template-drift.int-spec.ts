import { createOptimoveClient, type OptimoveClient } from '@libs/optimove-client';
import { type CampaignStage, mutate, stageCampaign, tryMutation } from '../../support/campaign-stage';
import { type ContentStage, setStage } from './stage';

interface Drift {
  optimoveChannelId: number;
  problem: string | null;
  count: number;
  differences: { kind: string; optimoveTemplateId: string; ourName: string | null; optimoveName: string | null }[];
}

const fields = 'optimoveChannelId problem count differences { kind optimoveTemplateId ourName optimoveName }';

describe('drift of templates', () => {
  let stage: ContentStage;
  let campaign: CampaignStage;
  let optimove: OptimoveClient;
  let channelId: number;
  let withdrawn: string;
  beforeAll(async () => {
    stage = await setStage();
    const content = { mobilePush: { title: 'Hello', body: 'Hi' } };
    campaign = await stageCampaign(stage, { content });
    channelId = campaign.tenant.channels[0]?.id ?? 0;
    const { endpoint, apiToken } = campaign.tenant;
    optimove = createOptimoveClient({
      endpoint,
      apiKey: apiToken,
      budget: { take: async () => undefined },
      retries: 0,
    });
    withdrawn = await launched('Taken back', content);
    const [row] = await stage.database.query<{ id: string }>(`SELECT id FROM campaign WHERE name = 'Taken back'`);
    await mutate(stage.graphql, 'withdrawCampaign', 'WithdrawCampaignInput', 'campaign { id }', { id: row?.id });
  }, 120_000);
  afterAll(() => stage?.close());

  async function launched(name: string, content: object): Promise<string> {
    const { campaign: made } = await mutate<{ campaign: { id: string; version: number } }>(
      stage.graphql,
      'createCampaign',
      'CreateCampaignInput',
      'campaign { id version }',
      { channelId: campaign.channelId, name, content },
    );
    const { campaign: live } = await mutate<{ campaign: { publication: { optimoveTemplateId: string } } }>(
      stage.graphql,
      'launchCampaign',
      'LaunchCampaignInput',
      'campaign { publication { optimoveTemplateId } }',
      made,
    );
    return live.publication.optimoveTemplateId;
  }

  const drift = async (): Promise<Drift[]> =>
    (
      await stage.graphql<{ connection: { templateDrift: Drift[] } }>(
        `query ($id: ID!) { connection(id: $id) { templateDrift { ${fields} } } }`,
        { id: campaign.connectionId },
      )
    ).connection.templateDrift;

  const repair = () =>
    tryMutation<{ repaired: number; channels: Drift[] }>(
      stage.graphql,
      'repairTemplates',
      'RepairTemplatesInput',
      `repaired channels { ${fields} }`,
      { connectionId: campaign.connectionId },
    );

  const agreed = (): Drift[] => [{ optimoveChannelId: channelId, problem: null, count: 0, differences: [] }];

  it('is none after launches and withdrawals', async () => {
    expect(await drift()).toEqual(agreed());
    expect(await repair()).toMatchObject({ repaired: 0, userErrors: [] });
  });

  it('is seen and mended, and what is not ours stays', async () => {
    await optimove.deleteChannelTemplates([{ channelId, templateId: campaign.templateId }]);
    await optimove.addChannelTemplates(channelId, [
      { templateId: withdrawn, name: 'Back again' },
      { templateId: '77', name: 'Of another vendor' },
    ]);
    const [channel] = await drift();
    expect(channel?.differences).toEqual([
      { kind: 'MISSING', optimoveTemplateId: campaign.templateId, ourName: 'Stage', optimoveName: null },
      { kind: 'LEFT_OVER', optimoveTemplateId: withdrawn, ourName: 'Taken back', optimoveName: 'Back again' },
      { kind: 'NOT_OURS', optimoveTemplateId: '77', ourName: null, optimoveName: 'Of another vendor' },
    ]);

    const { repaired, channels } = await repair();
    expect(repaired).toBe(2);
    expect(channels[0]?.differences.map(({ kind }) => kind)).toEqual(['NOT_OURS']);
    expect((await optimove.getChannelTemplates(channelId)).map(({ name }) => name).sort()).toEqual([
      'Of another vendor',
      'Stage',
    ]);
    await optimove.addChannelTemplates(channelId, [{ templateId: campaign.templateId, name: 'Renamed by hand' }]);
    expect((await drift())[0]?.differences[0]).toMatchObject({ kind: 'OTHER_NAME', optimoveName: 'Renamed by hand' });
    expect((await repair()).channels[0]?.differences.map(({ kind }) => kind)).toEqual(['NOT_OURS']);
    await optimove.deleteChannelTemplates([{ channelId, templateId: '77' }]);
  });

  it('says when Optimove cannot be asked, and which connection is not there', async () => {
    await stage.control('PUT', `/tenants/${campaign.tenant.id}/faults`, { rules: [{ kind: '401' }] });
    const [channel] = await drift();
    expect(channel).toMatchObject({ count: 0, problem: expect.any(String) });
    await stage.control('PUT', `/tenants/${campaign.tenant.id}/faults`, { rules: [] });
    const { userErrors } = await tryMutation(stage.graphql, 'repairTemplates', 'RepairTemplatesInput', 'repaired', {
      connectionId: campaign.channelId,
    });
    expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['connectionId'] }]);
  });
});
