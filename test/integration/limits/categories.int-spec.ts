import { newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { ProjectsService } from '@modules/projects';
import { tryMutation } from '../../support/campaign-stage';
import { type LimitStage, setStage, texts } from './stage';

const selection = 'category { id name version perDay ignoresSubscription segment { rules } }';

describe('engagement categories', () => {
  let stage: LimitStage;
  beforeAll(async () => {
    stage = await setStage();
  }, 120_000);
  afterAll(() => stage?.close());

  const change = (verb: 'create' | 'update' | 'archive', input: object) => {
    const field = `${verb}EngagementCategory`;
    const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
    return tryMutation<{ category: { id: string; version: number } | null }>(
      stage.graphql,
      field,
      type,
      selection,
      input,
    );
  };

  const statesOf = (endings: { state: string | null }[]): (string | null)[] => endings.map(({ state }) => state);

  it('refuses what cannot be kept, naming the field', async () => {
    const { userErrors } = await change('create', {
      name: ' x',
      perDay: 0,
      perWeek: 301,
      perMonth: 1_001,
      coolDownMinutes: -1,
    });
    expect(userErrors.map(({ path }) => path[0]).sort()).toEqual([
      'coolDownMinutes',
      'name',
      'perDay',
      'perMonth',
      'perWeek',
    ]);
    const broken = await change('create', { name: 'Gone', segment: { segmentId: newId() } });
    expect(broken).toMatchObject({ category: null, userErrors: [{ code: 'INVALID', path: ['segment', 'segmentId'] }] });
  });

  it('changes only as it was read, keeps names apart, and stays while a campaign uses it', async () => {
    const name = `News ${newId()}`;
    const { category } = await change('create', { name, perDay: 1 });
    expect((await change('create', { name })).userErrors).toMatchObject([{ code: 'NAME_TAKEN', path: ['name'] }]);
    const seen = { id: category?.id, version: category?.version };
    const renamed = await change('update', { ...seen, name: `${name}, renamed`, ignoresSubscription: true });
    expect(renamed.category).toMatchObject({ version: 2, perDay: null, ignoresSubscription: true });
    expect((await change('update', { ...seen, name })).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
    await stage.person('user-of-a-category');
    await stage.launched('user-of-a-category', { ...texts.sms, categoryId: seen.id });
    const used = await change('archive', { id: seen.id, version: 2 });
    expect(used.userErrors).toMatchObject([{ code: 'IN_USE', message: expect.stringContaining('Campaign ') }]);
    await stage.database.query(`UPDATE direct_campaign SET status = 'ARCHIVED' WHERE content->>'categoryId' = $1`, [
      seen.id,
    ]);
    expect((await change('archive', { id: seen.id, version: 2 })).userErrors).toEqual([]);
    const left = await stage.graphql<{ engagementCategory: object | null }>(
      'query ($id: ID!) { engagementCategory(id: $id) { id } }',
      { id: seen.id },
    );
    expect(left.engagementCategory).toBeNull();
  });

  it('needs the right to launch, and is unknown to other projects', async () => {
    const { id } = await stage.category({});
    const { key } = await stage.app.get(ProjectsService).addKey(stage.app.get(Transactions, { strict: false }).pool, {
      projectId: stage.projectId,
      label: 'Writer',
      role: 'COPYWRITER',
    });
    const answer = await fetch(`${stage.apiUrl}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'mutation { createEngagementCategory(input: { name: "Mine" }) { category { id } } }',
      }),
    });
    expect(((await answer.json()) as { errors: object[] }).errors).toHaveLength(1);
    await stage.database.query('UPDATE engagement_category SET project_id = $2 WHERE id = $1', [id, newId()]);
    const { userErrors } = await tryMutation<object>(
      stage.graphql,
      'createDirectCampaign',
      'CreateDirectCampaignInput',
      'campaign { id }',
      {
        name: `Stranger ${newId()}`,
        content: { ...texts.sms, categoryId: id },
      },
    );
    expect(userErrors).toMatchObject([{ code: 'INVALID_CONTENT', path: ['content', 'categoryId'] }]);
  });

  it('lets a person have so many messages of the category within a day, over all its campaigns', async () => {
    await stage.person('often');
    const { id: categoryId } = await stage.category({ name: 'Offers', perDay: 2 });
    const content = { ...texts.sms, ...texts.email, categoryId };
    expect(statesOf(await stage.send('often', content))).toEqual(['SENT']);
    expect(statesOf(await stage.send('often', content))).toEqual(['SENT']);
    const [third] = await stage.send('often', content);
    const reason = '2 of at most 2 messages within 24 hours of the engagement category “Offers”';
    expect(third).toMatchObject({ state: 'CATEGORY_LIMIT', reason });
    expect(statesOf(await stage.send('often', texts.sms))).toEqual(['SENT']);
    await stage.database.query(
      `UPDATE engagement_use SET uses = (SELECT jsonb_object_agg(key, value::bigint - 86401) FROM jsonb_each(uses))`,
    );
    expect(statesOf(await stage.send('often', content))).toEqual(['SENT']);
  });

  it('leaves time between two messages', async () => {
    await stage.person('soon');
    const { id: categoryId } = await stage.category({ coolDownMinutes: 30 });
    await stage.send('soon', { ...texts.sms, categoryId });
    const [second] = await stage.send('soon', { ...texts.sms, categoryId });
    expect(second).toMatchObject({
      state: 'CATEGORY_LIMIT',
      reason: expect.stringContaining('30 minutes between two'),
    });
  });

  it('gives the last place to one of two executions that run at once', async () => {
    for (let number = 0; number < 30; number += 1) await stage.person(`crowd-${number}`);
    const { id: categoryId } = await stage.category({ perDay: 1 });
    const content = { ...texts.sms, categoryId };
    const executions = [await stage.launched('crowd', content), await stage.launched('crowd', content)];
    await Promise.all(executions.map((id) => stage.run(id)));
    const [one, other] = await Promise.all(executions.map((id) => stage.endings(id)));
    const pairs = one?.map(({ state }, index) => [state, other?.[index]?.state].sort().join(' '));
    expect(new Set(pairs)).toEqual(new Set(['CATEGORY_LIMIT SENT']));
  });

  it('does not count a message that a provider refused, and counts one that was tried again once', async () => {
    await stage.person('failing');
    await stage.rest('/imports/devices', {
      method: 'POST',
      body: 'userId,token,platform\nfailing,unregistered-9,ANDROID',
      headers: { 'content-type': 'text/csv' },
    });
    const { id: categoryId } = await stage.category({ perDay: 1 });
    expect(statesOf(await stage.send('failing', { ...texts.mobilePush, categoryId }))).toEqual(['FAILED']);
    await stage.control('PUT', '/far-ends/sms/fault', { kind: '429', times: 1 });
    const executionId = await stage.launched('failing', { ...texts.sms, categoryId });
    await stage.run(executionId);
    expect(statesOf(await stage.endings(executionId))).toEqual([null]);
    await stage.waited(executionId);
    await stage.run(executionId);
    expect(statesOf(await stage.endings(executionId))).toEqual(['SENT']);
    const [use] = await stage.database.query<{ uses: object }>(
      'SELECT uses FROM engagement_use WHERE category_id = $1',
      [categoryId],
    );
    expect(Object.keys(use?.uses ?? {})).toEqual([`${executionId}/1`]);
  });

  it('gives the place back when an execution is cancelled while a message waits for another try', async () => {
    await stage.person('cancelled');
    const { id: categoryId } = await stage.category({ perDay: 1 });
    await stage.control('PUT', '/far-ends/sms/fault', { kind: '429', times: 1 });
    const executionId = await stage.launched('cancelled', { ...texts.sms, categoryId });
    await stage.run(executionId);
    await tryMutation<object>(stage.graphql, 'cancelExecution', 'CancelExecutionInput', 'execution { id }', {
      id: executionId,
      reason: 'A test',
    });
    expect(statesOf(await stage.endings(executionId))).toEqual(['CANCELLED']);
    expect(statesOf(await stage.send('cancelled', { ...texts.sms, categoryId }))).toEqual(['SENT']);
  });

  it('is for its segment alone, as the segment is now', async () => {
    await stage.person('guest-1', { language: 'de' });
    await stage.person('guest-2', { language: 'en' });
    const rules = JSON.stringify({ rules: [{ kind: 'attribute', name: 'language', is: 'equals', value: 'de' }] });
    const { id: categoryId } = await stage.category({ name: 'Germans', segment: { rules } });
    expect(await stage.send('guest', { ...texts.sms, categoryId })).toEqual([
      { userId: 'guest-1', state: 'SENT', reason: null },
      { userId: 'guest-2', state: 'NOT_IN_SEGMENT', reason: 'The engagement category “Germans” is for other people' },
    ]);
  });

  it('reaches people without a subscription only where it says so, and says so at review', async () => {
    await stage.person('quiet', { smsSubscription: 'UNSUBSCRIBED' });
    const { id: plain } = await stage.category({});
    const { id: service } = await stage.category({ name: 'Service', ignoresSubscription: true });
    expect(statesOf(await stage.send('quiet', { ...texts.sms, categoryId: plain }))).toEqual(['NOT_SUBSCRIBED']);
    expect(statesOf(await stage.send('quiet', { ...texts.sms, categoryId: service }))).toEqual(['SENT']);
    const { directCampaigns } = await stage.graphql<{ directCampaigns: { nodes: { findings: { code: string }[] }[] } }>(
      '{ directCampaigns(first: 1) { nodes { findings { code severity path } } } }',
    );
    expect(directCampaigns.nodes[0]?.findings).toContainEqual({
      code: 'IGNORES_SUBSCRIPTION',
      severity: 'WARNING',
      path: ['content', 'categoryId'],
    });
  });

  it('can be required for every launch', async () => {
    await stage.setRules({ isCategoryRequired: true });
    await expect(stage.launched('often', texts.sms)).rejects.toThrow('ask for an engagement category');
    await stage.setRules({});
  });
});
