/** @once because content is written and frozen in PostgreSQL; its executions go the main job's way. */
import {
  addProviders,
  type CampaignStage,
  completedExecution,
  countOf,
  mutate,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
  tryMutation,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { type Product, startProduct } from '../support/product';

interface Draft {
  id: string;
  version: number;
}

const push = (title: string) => ({ mobilePush: { title, body: 'A bonus of {{ BonusAmount }}' } });
const email = { fromAddress: 'offers@example.com', fromName: 'Example', subject: 'News', html: '<p>News</p>' };

describe('writing campaigns', () => {
  let product: Product;
  let stage: CampaignStage;

  beforeAll(async () => {
    product = await startProduct();
    await addProviders(product);
    stage = await stageCampaign(product, { content: push('First {{ FirstName }}'), name: 'Spring' });
  });
  afterAll(() => product?.stop());

  const templates = () =>
    product.control<{ templateId: number; templateName: string }[]>('GET', `/tenants/${stage.tenant.id}/templates`);
  const namesAtOptimove = async (): Promise<string[]> =>
    (await templates()).map(({ templateName }) => templateName).sort();
  const draftOf = async (name: string, content: object, channelId = stage.channelId): Promise<Draft> => {
    const created = await mutate<{ campaign: Draft }>(
      product.graphql,
      'createCampaign',
      'CreateCampaignInput',
      'campaign { id version }',
      { channelId, name, content },
    );
    return created.campaign;
  };
  const launch = (campaign: Draft) =>
    tryMutation<{ campaign: { status: string } | null }>(
      product.graphql,
      'launchCampaign',
      'LaunchCampaignInput',
      'campaign { status }',
      campaign,
    );
  const versionNow = async (): Promise<number> => {
    const query = 'query ($id: ID!) { campaign(id: $id) { version } }';
    const { campaign } = await product.graphql<{ campaign: { version: number } }>(query, { id: stage.campaignId });
    return campaign.version;
  };

  it.each([
    ['a placeholder that is never closed', '<p>Hello</p>\n\n<p>{{ FirstName </p>', 3],
    ['a block that is never closed', '<p>Hello</p>\n{% if Vip == "Yes" %}<p>Dear</p>', 2],
    ['a tag that is not allowed', '<p>Hello</p>\n{% include "other" %}', 2],
  ])('names field and line of %s, and publishes nothing', async (name, html, line) => {
    const before = await namesAtOptimove();
    const { campaign, userErrors } = await launch(await draftOf(name, { email: { ...email, html } }));
    expect(campaign).toBeNull();
    expect(userErrors).toEqual([
      {
        code: 'INVALID_CONTENT',
        path: ['content', 'email', 'html'],
        message: expect.stringMatching(new RegExp(`^Line ${line}: `)),
      },
    ]);
    expect(await namesAtOptimove()).toEqual(before);
  });

  it('refuses a medium that the channel cannot carry, and publishes nothing', async () => {
    const before = await namesAtOptimove();
    const { channel } = await mutate<{ channel: { id: string } }>(
      product.graphql,
      'addChannel',
      'AddChannelInput',
      'channel { id }',
      { connectionId: stage.connectionId, kind: 'WEB_PUSH', optimoveChannelId: 510 },
    );
    const draft = await draftOf('Wrong medium', { ...push('Hi'), email }, channel.id);
    const { campaign, userErrors } = await launch(draft);
    expect(campaign).toBeNull();
    expect(userErrors).toEqual([
      expect.objectContaining({ code: 'MEDIUM_NOT_ALLOWED', path: ['content', 'mobilePush'] }),
    ]);
    expect(await namesAtOptimove()).toEqual(before);
  });

  it('shows a new name at Optimove, under the same template', async () => {
    await mutate(product.graphql, 'renameCampaign', 'RenameCampaignInput', 'campaign { name }', {
      id: stage.campaignId,
      version: await versionNow(),
      name: 'Summer',
    });
    const renamed = await eventually('Optimove has the new name', async () =>
      (await templates()).find(({ templateName }) => templateName === 'Summer'),
    );
    expect(String(renamed.templateId)).toBe(stage.templateId);
    expect(await namesAtOptimove()).toEqual(['Summer']);
  });

  it('sends an announced execution with its frozen content, whatever is launched or withdrawn later', async () => {
    const due = new Date(Date.now() + 9_000).toISOString().slice(0, 19).replace('T', ' ');
    const campaign = await planWithPeople(product, stage, { count: 20, seed: 31 }, due);
    await runAtOptimove(product, stage, campaign.id);
    await eventually('the audience is frozen', async () => {
      const frozen = await product.database.query(
        'SELECT 1 FROM execution WHERE optimove_campaign_id = $1 AND frozen_at IS NOT NULL',
        [campaign.id],
      );
      return frozen.length === 1;
    });
    const updated = await mutate<{ campaign: Draft }>(
      product.graphql,
      'updateCampaign',
      'UpdateCampaignInput',
      'campaign { id version }',
      { id: stage.campaignId, version: await versionNow(), content: push('Second {{ FirstName }}') },
    );
    expect((await launch(updated.campaign)).userErrors).toEqual([]);
    await mutate(product.graphql, 'withdrawCampaign', 'WithdrawCampaignInput', 'campaign { status }', {
      id: stage.campaignId,
    });
    await eventually('the template is gone at Optimove', async () => (await templates()).length === 0);
    expect(product.farEnds.inbox.report(0).mobilePush.received).toBe(0);

    const { state, funnel } = await completedExecution(product, stage.connectionId);
    expect({ state, sent: countOf(funnel, 'SENT') }).toEqual({ state: 'COMPLETED', sent: 20 });
    const messages = product.farEnds.inbox.report(20).mobilePush.last.map((message) => JSON.stringify(message));
    expect(messages).toHaveLength(20);
    expect(messages.filter((message) => /First Player \d+/.test(message))).toHaveLength(20);
  });

  it('still serves a run that Optimove announces for the withdrawn template, with what was live last', async () => {
    const campaign = await planWithPeople(product, stage, { count: 5, seed: 32 });
    await runAtOptimove(product, stage, campaign.id);
    const { funnel } = await eventually('the later run is complete', async () => {
      const execution = await completedExecution(product, stage.connectionId);
      return execution.funnel.received === 5 ? execution : null;
    });
    expect(countOf(funnel, 'SENT')).toBe(5);
    const messages = product.farEnds.inbox.report(5).mobilePush.last.map((message) => JSON.stringify(message));
    expect(messages.filter((message) => /Second Player \d+/.test(message))).toHaveLength(5);
  });
});
