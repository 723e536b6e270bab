import { newId } from '@libs/foundation';
import { addProviders, launchCampaign, stageCampaign, tryMutation } from '../../support/campaign-stage';
import { type ContentStage, setStage } from './stage';

const push = { mobilePush: { title: 'Hello', body: 'Hi' } };
const text = { sms: { from: 'Example', text: 'Hi' } };

describe('deleting the provider account', () => {
  let stage: ContentStage;
  beforeAll(async () => {
    stage = await setStage();
    const { channelId } = await stageCampaign(stage, { content: push, name: 'Push' });
    await launchCampaign(stage.graphql, { channelId, name: 'Text', content: text });
  }, 120_000);
  afterAll(() => stage?.close());
  beforeEach(async () => {
    await stage.database.query('DELETE FROM execution');
    await stage.database.query('DELETE FROM provider_account');
    await addProviders(stage);
  });

  async function execution(state: string, campaign: string | null, projectId = stage.projectId): Promise<string> {
    const id = newId();
    await stage.database.query(
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_campaign_id, optimove_channel_id, run_date, state)
       VALUES ($1, $2, $3, $3, $4, 506, '2026-01-01', $5)`,
      [id, projectId, newId(), id, state],
    );
    await stage.database.query(
      `INSERT INTO execution_template (execution_id, optimove_template_id, version_id)
       SELECT $1, '1', v.id FROM campaign_version v JOIN campaign c ON c.id = v.campaign_id WHERE c.name = $2`,
      [id, campaign],
    );
    return id;
  }
  /** What came of deleting the first account of a provider. */
  const deletion = async (provider: string): Promise<string> => {
    const { providerAccounts } = await stage.graphql<{ providerAccounts: { id: string; provider: string }[] }>(
      '{ providerAccounts { id provider } }',
    );
    const id = providerAccounts.find((each) => each.provider === provider)?.id;
    const { deletedId, userErrors } = await tryMutation<{ deletedId: string | null }>(
      stage.graphql,
      'deleteProviderAccount',
      'DeleteProviderAccountInput',
      'deletedId',
      { id },
    );
    const [error] = userErrors;
    return error && deletedId === null ? `${error.code} ${error.path}: ${error.message}` : 'done';
  };

  it.each(['ANNOUNCED', 'READING', 'RUNNING'])('of an execution that is %s is refused and names it', async (state) => {
    const id = await execution(state, 'Push');
    const answer = await deletion('fcm');
    expect(answer).toContain('IN_USE id: No other account takes its FCM messages');
    expect(answer).toContain(`"Push" (execution ${id})`);
    expect(await deletion('smpp')).toBe('done');
  });

  it('of an execution whose list is still to be read is refused, whichever it is', async () => {
    const id = await execution('ANNOUNCED', null);
    for (const provider of ['fcm', 'smpp', 'smtp']) expect(await deletion(provider)).toContain(`execution ${id}`);
  });

  it('of many executions names the newest of them and counts the others', async () => {
    for (let count = 0; count < 7; count += 1) await execution('RUNNING', 'Text');
    expect(await deletion('smpp')).toMatch(/("Text" \(execution [^)]+\), ){5}2 more\. Set up another account/);
  });

  it('is done when executions have ended, are of other media or of another project', async () => {
    await execution('COMPLETED', 'Push');
    await execution('CANCELLED', 'Push');
    await execution('RUNNING', 'Text');
    await execution('RUNNING', 'Push', newId());
    expect(await deletion('fcm')).toBe('done');
  });

  it('is done when another one takes over', async () => {
    await execution('RUNNING', 'Text');
    await stage.database.query(
      `INSERT INTO provider_account SELECT (jsonb_populate_record(a, jsonb_build_object('id', $1::text, 'name', 'Second', 'is_default', false))).*
       FROM provider_account a WHERE provider = 'smpp'`,
      [newId()],
    );
    expect(await deletion('smpp')).toBe('done');
    expect(await deletion('smpp')).toContain('IN_USE');
  });

  it('of a Direct campaign that is planned is refused and says for when, and done once that is put off', async () => {
    await stage.database.query(
      `INSERT INTO direct_campaign (id, project_id, name, status, content, schedule, launched_version_id, next_at, next_day)
       SELECT gen_random_uuid(), $1, 'Derby', 'SCHEDULED', '{}', '{}', v.id, '2030-05-04T16:00:00Z', '2030-05-04'
       FROM campaign_version v JOIN campaign c ON c.id = v.campaign_id WHERE c.name = 'Push'`,
      [stage.projectId],
    );
    expect(await deletion('fcm')).toContain('"Derby" (Direct, planned for 2030-05-04T16:00:00.000Z)');
    await stage.database.query(`UPDATE direct_campaign SET status = 'PAUSED'`);
    expect(await deletion('fcm')).toBe('done');
    await stage.database.query('DELETE FROM direct_campaign');
  });

  it('of one app is refused only while campaigns are for the app', async () => {
    const [app, other] = [newId(), newId()];
    await stage.database.query(`UPDATE provider_account SET app_id = $1 WHERE provider = 'fcm'`, [app]);
    await execution('RUNNING', 'Push');
    const isFor = (appIds: string[]) =>
      stage.database.query(
        `UPDATE campaign_version SET content = content || jsonb_build_object('appIds', $1::jsonb) WHERE content ? 'mobilePush'`,
        [JSON.stringify(appIds)],
      );
    expect(await deletion('fcm')).toContain('IN_USE');
    await isFor([other, app]);
    expect(await deletion('fcm')).toContain('IN_USE');
    await isFor([other]);
    expect(await deletion('fcm')).toBe('done');
  });
});
