import { newId } from '@libs/foundation';
import { type CampaignStage, mutate, stageCampaign, tryMutation } from '../../support/campaign-stage';
import { type ContentStage, setStage } from './stage';

describe('what rests on attributes and segments', () => {
  let stage: ContentStage;
  let campaign: CampaignStage;
  let attribute: { id: string; version: number };
  let segment: { id: string; version: number };
  beforeAll(async () => {
    stage = await setStage();
    attribute = (
      await mutate<{ attributeDefinition: typeof attribute }>(
        stage.graphql,
        'createAttributeDefinition',
        'CreateAttributeDefinitionInput',
        'attributeDefinition { id version }',
        { name: 'tier', type: 'STRING' },
      )
    ).attributeDefinition;
    const rules = JSON.stringify({
      match: 'all',
      rules: [{ kind: 'attribute', name: 'tier', is: 'equals', value: 'gold' }],
    });
    segment = (
      await mutate<{ segment: typeof segment }>(
        stage.graphql,
        'createSegment',
        'CreateSegmentInput',
        'segment { id version }',
        { name: 'Gold', rules },
      )
    ).segment;
    const content = { mobilePush: { title: 'Hello', body: 'You are {{ user.tier }}' } };
    campaign = await stageCampaign(stage, { content });
    const [row] = await stage.database.query<{ version: number }>('SELECT version FROM campaign');
    await mutate(stage.graphql, 'updateCampaign', 'UpdateCampaignInput', 'campaign { id }', {
      id: campaign.campaignId,
      version: row?.version,
      segment: { segmentId: segment.id },
    });
    await mutate(stage.graphql, 'createCampaign', 'CreateCampaignInput', 'campaign { id }', {
      channelId: campaign.channelId,
      name: 'Own rules',
      content: { mobilePush: { title: 'Hello', body: 'Hi' } },
      segment: { rules },
    });
  }, 120_000);
  afterAll(() => stage?.close());

  it('keeps a segment that campaigns are narrowed by, and names them', async () => {
    const { userErrors } = await tryMutation(
      stage.graphql,
      'archiveSegment',
      'ArchiveSegmentInput',
      'segment { id }',
      segment,
    );
    expect(userErrors).toMatchObject([
      { code: 'IN_USE', message: 'The campaign "Stage" is narrowed by it. Change that first' },
    ]);
  });

  it('says what deleting an attribute would stop, and deletes it only when that is accepted', async () => {
    const { attributeDeletionConsequences } = await stage.graphql<{ attributeDeletionConsequences: string[] }>(
      'query ($id: ID!) { attributeDeletionConsequences(id: $id) }',
      { id: attribute.id },
    );
    expect(attributeDeletionConsequences).toEqual([
      'The segment "Gold" can no longer be evaluated',
      'The campaign "Own rules" is narrowed by it and cannot be launched again',
      'The campaign "Stage" writes it; its values are no longer checked',
    ]);
    const remove = (acceptConsequences: boolean) =>
      tryMutation<{ attributeDefinition: { id: string } | null }>(
        stage.graphql,
        'deleteAttributeDefinition',
        'DeleteAttributeDefinitionInput',
        'attributeDefinition { id }',
        { ...attribute, acceptConsequences },
      );
    expect((await remove(false)).userErrors).toMatchObject([{ code: 'IN_USE', path: ['acceptConsequences'] }]);
    expect(await remove(true)).toMatchObject({ attributeDefinition: { id: attribute.id }, userErrors: [] });
  });

  it('names the exclusion rules that would no longer be synced', async () => {
    await stage.control('PUT', `/tenants/${campaign.tenant.id}/attributes/gamStop`, {});
    const { attributeDefinition } = await mutate<{ attributeDefinition: { id: string } }>(
      stage.graphql,
      'createAttributeDefinition',
      'CreateAttributeDefinitionInput',
      'attributeDefinition { id }',
      { name: 'gamStop', type: 'BOOLEAN' },
    );
    const { suppressionAttribute } = await mutate<{ suppressionAttribute: { id: string } }>(
      stage.graphql,
      'chooseSuppressionAttribute',
      'ChooseSuppressionAttributeInput',
      'suppressionAttribute { id }',
      { connectionId: campaign.connectionId, attributeDefinitionId: attributeDefinition.id },
    );
    const consequences = async (): Promise<unknown> =>
      stage.graphql('query ($id: ID!) { attributeDeletionConsequences(id: $id) }', { id: attributeDefinition.id });
    expect(await consequences()).toEqual({
      attributeDeletionConsequences: ['It is a suppression attribute: it is no longer synced'],
    });
    await mutate(stage.graphql, 'createExclusionRule', 'CreateExclusionRuleInput', 'rule { id }', {
      suppressionAttributeId: suppressionAttribute.id,
      excludingValues: ['true'],
      whenUnknown: 'ALLOW',
    });
    expect(await consequences()).toEqual({
      attributeDeletionConsequences: [expect.stringContaining('An exclusion rule rests on it')],
    });
  });

  it('tells which stored values would not fit a type before it is chosen', async () => {
    const values = ['12', 7, 'many', 'a lot', 'many', true, null];
    for (const value of values) {
      await stage.database.query(
        `INSERT INTO profile (id, project_id, user_id, attributes) VALUES ($1, $2, $3, jsonb_build_object('visits', $4::jsonb))`,
        [newId(), stage.projectId, newId(), JSON.stringify(value)],
      );
    }
    const { attributeConversion } = await stage.graphql<{ attributeConversion: object }>(
      '{ attributeConversion(name: "visits", type: NUMBER) { examined misfits otherForm samples isComplete } }',
    );
    expect(attributeConversion).toEqual({
      examined: 7,
      misfits: 5,
      otherForm: 1,
      samples: [
        'must be a number such as 12.5: "many"',
        'must be a number such as 12.5: "a lot"',
        'must be a number such as 12.5: true',
        'must be a number such as 12.5: null',
      ],
      isComplete: true,
    });
  });

  it('warns of a connection whose campaigns no exclusion rule guards, as after an account was connected again', async () => {
    const again = await stageCampaign(stage, {
      name: 'Again',
      content: { mobilePush: { title: 'Hello', body: 'Hi' } },
    });
    const warned = async ({ connectionId, campaignId }: CampaignStage): Promise<[boolean, boolean]> => {
      const { connection, campaign: reviewed } = await stage.graphql<{
        connection: { guardWarning: string | null };
        campaign: { findings: { code: string; severity: string }[] };
      }>(
        `query ($id: ID!, $campaign: ID!) {
           connection(id: $id) { guardWarning } campaign(id: $campaign) { findings { code severity } } }`,
        { id: connectionId, campaign: campaignId },
      );
      const found = reviewed.findings.filter(({ code }) => code === 'NOT_GUARDED');
      expect(found.every(({ severity }) => severity === 'WARNING')).toBe(true);
      return [connection.guardWarning !== null, found.length === 1];
    };
    expect(await warned(again)).toEqual([false, false]);
    await mutate(stage.graphql, 'setOptimoveGuard', 'SetOptimoveGuardInput', 'feed { version }', {
      ...{ connectionId: campaign.connectionId, guardsOptimove: true, version: 1 },
    });
    expect(await warned(campaign)).toEqual([false, false]);
    expect(await warned(again)).toEqual([true, true]);
    await mutate(stage.graphql, 'deleteConnection', 'DeleteConnectionInput', 'deletedId', {
      ...{ id: campaign.connectionId, acceptConsequences: true },
    });
    expect(await warned(again)).toEqual([true, true]);
  });
});
