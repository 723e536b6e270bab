import { Transactions } from '@libs/platform';
import { compileContent } from '../../../src/campaigns/domain/content/compile-content';
import { CampaignRepository } from '../../../src/campaigns/persistence/authoring/campaign.repository';
import { type CampaignStage, mutate, stageCampaign, tryMutation } from '../../support/campaign-stage';
import { type ContentStage, setStage } from './stage';

interface Snippet {
  id: string;
  name: string;
  text: string;
  version: number;
}

const fields = 'snippet { id name text version }';

describe('snippets', () => {
  let stage: ContentStage;
  let campaign: CampaignStage;
  let footer: Snippet;
  beforeAll(async () => {
    stage = await setStage();
    await create('licence', 'Licence {{ LicenceNumber }}');
    const made = await create('footer', '18+ {{ snippets.licence }}');
    if (made.snippet) footer = made.snippet;
    campaign = await stageCampaign(stage, {
      content: { mobilePush: { title: 'Hello', body: 'Play.\n{{ snippets.footer }}' } },
    });
  }, 120_000);
  afterAll(() => stage?.close());

  async function create(name: string, text: string) {
    return tryMutation<{ snippet: Snippet | null }>(stage.graphql, 'createSnippet', 'CreateSnippetInput', fields, {
      name,
      text,
    });
  }

  const update = (id: string, version: number, text: string) =>
    tryMutation<{ snippet: Snippet | null }>(stage.graphql, 'updateSnippet', 'UpdateSnippetInput', fields, {
      id,
      version,
      text,
    });

  const remove = (id: string, version: number) =>
    tryMutation<{ snippet: Snippet | null }>(stage.graphql, 'deleteSnippet', 'DeleteSnippetInput', fields, {
      id,
      version,
    });

  const read = async () =>
    (
      await stage.graphql<{
        campaign: {
          version: number;
          hasUnlaunchedChanges: boolean;
          findings: { code: string; message: string }[];
          placeholders: { optimove: string[] };
        };
      }>(
        'query ($id: ID!) { campaign(id: $id) { version hasUnlaunchedChanges findings { code message } placeholders { optimove } } }',
        { id: campaign.campaignId },
      )
    ).campaign;

  const bodyOf = async (versionNumber: number): Promise<string> => {
    const [row] = await stage.database.query<{ id: string }>(
      'SELECT id FROM campaign_version WHERE campaign_id = $1 AND number = $2',
      [campaign.campaignId, versionNumber],
    );
    const version = await stage.app
      .get(CampaignRepository)
      .findVersion(stage.app.get(Transactions).pool, row?.id ?? '');
    if (!version) throw new Error(`No version ${versionNumber}`);
    const [outcome] = compileContent(version.content).renderSlice('MOBILE_PUSH', [
      { LicenceNumber: 'MGA/1', user: {} },
    ]);
    return outcome?.ok ? String(Reflect.get(outcome.message, 'body')) : '';
  };

  it('must be there before they are used', async () => {
    const { userErrors } = await create('late', '{{ snippets.nowhere }}');
    expect(userErrors).toMatchObject([{ code: 'INVALID', path: ['text'], message: 'There is no snippet "nowhere"' }]);
    expect(await create('broken', 'Hi {{ Name')).toMatchObject({ snippet: null, userErrors: [{ code: 'INVALID' }] });
    expect((await create('footer', 'again')).userErrors).toMatchObject([{ code: 'NAME_TAKEN' }]);
    expect((await create('not a name', 'x')).userErrors).toMatchObject([{ code: 'INVALID', path: ['name'] }]);
  });

  it('count for what Optimove is asked, and stay as they were in what was launched', async () => {
    expect(await read()).toMatchObject({
      hasUnlaunchedChanges: false,
      findings: [{ code: 'NO_ACCOUNT' }, { code: 'UNKNOWN_ATTRIBUTE' }],
      placeholders: { optimove: ['LicenceNumber'] },
    });
    const { snippets } = await stage.graphql<{ snippets: { nodes: (Snippet & { usedBy: object[] })[] } }>(
      '{ snippets { nodes { id name version usedBy { kind name } } } }',
    );
    expect(snippets.nodes).toMatchObject([
      { name: 'footer', usedBy: [{ kind: 'CAMPAIGN', name: 'Stage' }] },
      { name: 'licence', usedBy: [{ kind: 'SNIPPET', name: 'footer' }] },
    ]);
    const licence = snippets.nodes[1];
    const changed = await update(licence?.id ?? '', 1, 'New licence');
    expect(changed).toMatchObject({ snippet: { version: 2 }, userErrors: [] });
    expect((await update(licence?.id ?? '', 1, 'Late')).userErrors).toMatchObject([{ code: 'CONFLICT' }]);

    const { version, hasUnlaunchedChanges, placeholders } = await read();
    expect({ hasUnlaunchedChanges, placeholders }).toEqual({
      hasUnlaunchedChanges: true,
      placeholders: { optimove: [] },
    });
    await mutate(stage.graphql, 'launchCampaign', 'LaunchCampaignInput', 'campaign { id }', {
      id: campaign.campaignId,
      version,
    });
    expect((await read()).hasUnlaunchedChanges).toBe(false);
    expect([await bodyOf(1), await bodyOf(2)]).toEqual(['Play.\n18+ Licence MGA/1', 'Play.\n18+ New licence']);
  });

  it('cannot make a circle', async () => {
    const [licence] = await stage.database.query<Snippet>(`SELECT id, version FROM snippet WHERE name = 'licence'`);
    const { userErrors } = await update(licence?.id ?? '', licence?.version ?? 0, '{{ snippets.footer }}');
    expect(userErrors).toMatchObject([{ code: 'INVALID', message: expect.stringContaining('uses itself') }]);
  });

  it('cannot be deleted while something uses them', async () => {
    expect((await remove(footer.id, 1)).userErrors).toMatchObject([
      { code: 'IN_USE', message: 'Take it out of campaign "Stage" first' },
    ]);
    const { version } = await read();
    await mutate(stage.graphql, 'updateCampaign', 'UpdateCampaignInput', 'campaign { id }', {
      id: campaign.campaignId,
      version,
      content: { mobilePush: { title: 'Hello', body: 'Play' } },
    });
    expect(await remove(footer.id, 1)).toMatchObject({ snippet: { name: 'footer' }, userErrors: [] });
    const kinds = await stage.database.query<{ action: string }>(
      `SELECT action FROM audit_entry WHERE action LIKE 'snippet.%' ORDER BY id`,
    );
    expect(kinds.map(({ action }) => action)).toEqual([
      'snippet.created',
      'snippet.created',
      'snippet.updated',
      'snippet.deleted',
    ]);
  });
});
