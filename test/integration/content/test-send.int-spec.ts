import { ApplyReceipts } from '../../../src/campaigns/execution/apply-receipts';
import { ApplyEngagement } from '../../../src/campaigns/tracking/apply-engagement';
import { addProviders, type CampaignStage, mutate, stageCampaign, tryMutation } from '../../support/campaign-stage';
import { eventually } from '../../support/eventually';
import { type ContentStage, setStage } from './stage';

interface TestSend {
  id: string;
  versionNumber: number | null;
  deliveries: {
    profileId: string;
    medium: string;
    state: string;
    reason: string | null;
    receiptStatus: string | null;
  }[];
}

const selection = `testSend { id versionNumber deliveries { profileId medium state reason receiptStatus isTest } }`;
const content = {
  mobilePush: { title: 'Hello {{ FirstName }}', body: '{{ BonusAmount }} in {{ user.city }}' },
  email: {
    fromAddress: 'offers@example.com',
    fromName: 'Example',
    subject: 'For {{ FirstName }}',
    html: '<p>{{ BonusAmount }} <a href="{{ system.url.unsubscribe }}">No more</a></p>',
  },
  sms: { from: 'Example', text: 'Hi {{ FirstName }}' },
  personalisation: { whenMissing: 'SKIP' },
};
const values = [
  { name: 'FirstName', value: 'Kim' },
  { name: 'BonusAmount', value: '20' },
];

describe('a test send', () => {
  let stage: ContentStage;
  let campaign: CampaignStage;
  const profiles = new Map<string, string>();
  beforeAll(async () => {
    stage = await setStage();
    await addProviders(stage);
    campaign = await stageCampaign(stage, { content });
    for (const userId of ['willing', 'listed', 'silent']) {
      const wants = userId === 'silent' ? 'UNSUBSCRIBED' : 'SUBSCRIBED';
      const number = `49151000000${profiles.size + 10}`;
      const { profile } = await mutate<{ profile: { id: string } }>(
        stage.graphql,
        'upsertProfile',
        'UpsertProfileInput',
        'profile { id }',
        {
          userId,
          email: `${userId}@example.com`,
          mobileNumber: number,
          emailSubscription: wants,
          smsSubscription: wants,
        },
      );
      profiles.set(userId, profile.id);
    }
    await mutate(stage.graphql, 'addSuppressionEntry', 'AddSuppressionEntryInput', 'entry { id }', {
      kind: 'USER_ID',
      value: 'listed',
      reason: 'Asked us to',
    });
  }, 120_000);
  afterAll(() => stage?.close());

  const idOf = (userId: string): string => profiles.get(userId) ?? '';

  const send = (input: object) =>
    tryMutation<{ testSend: TestSend | null }>(stage.graphql, 'sendTest', 'SendTestInput', selection, {
      campaignId: campaign.campaignId,
      values,
      ...input,
    });

  const ledger = async (): Promise<unknown> =>
    stage.database.query(
      `SELECT (SELECT count(*) FROM execution) AS executions, (SELECT count(*) FROM delivery) AS deliveries,
         (SELECT count(*) FROM execution_tally) AS tallies, (SELECT count(*) FROM totals_change) AS changes`,
    );

  it('goes out marked, and only to whom the gate lets it', async () => {
    const before = await ledger();
    const { testSend, userErrors } = await send({ profileIds: ['willing', 'listed', 'silent'].map(idOf) });
    expect(userErrors).toEqual([]);
    const of = (userId: string) =>
      Object.fromEntries(
        (testSend?.deliveries ?? [])
          .filter(({ profileId }) => profileId === idOf(userId))
          .map(({ medium, state, reason }) => [medium, reason ? `${state} ${reason.split(':')[0]}` : state]),
      );
    expect(of('willing')).toEqual({ EMAIL: 'ACCEPTED', SMS: 'ACCEPTED', MOBILE_PUSH: 'NOT_SENT NOT_PERSONALISED' });
    expect(of('listed')).toMatchObject({ EMAIL: 'NOT_SENT SUPPRESSED', SMS: 'NOT_SENT SUPPRESSED' });
    expect(of('silent')).toMatchObject({ EMAIL: 'NOT_SENT NOT_SUBSCRIBED', SMS: 'NOT_SENT NOT_SUBSCRIBED' });

    const { email, sms } = stage.farEnds.inbox.report(10);
    expect(email.last.map(({ to, subject }) => ({ to, subject }))).toEqual([
      { to: 'willing@example.com', subject: '[TEST] For Kim' },
    ]);
    expect(sms.last.map(({ text }) => text)).toEqual(['[TEST] Hi Kim']);
    expect(await ledger()).toEqual(before);
  });

  it('keeps the receipts of its messages, and an answer to it is an answer', async () => {
    const { testSend } = await send({ profileIds: [idOf('willing')], prefix: '' });
    await eventually('the receipt of the test is written down', async () => {
      await stage.app.get(ApplyReceipts).run();
      const rows = await stage.database.query(
        `SELECT 1 FROM test_delivery WHERE test_send_id = $1 AND receipt_status = 'DELIVERED'`,
        [testSend?.id],
      );
      return rows.length > 0;
    });
    const [mail] = stage.farEnds.inbox.report(1).email.last;
    expect(mail?.subject).toBe('For Kim');
    const [, path] = /href="http:\/\/127\.0\.0\.1:1(\/t\/u\/[^"]+)"/.exec(mail?.html ?? '') ?? [];
    const answer = await fetch(`${stage.apiUrl}${path}`, { method: 'POST' });
    expect(answer.status).toBe(200);
    await eventually('the person is unsubscribed', async () => {
      await stage.app.get(ApplyEngagement).run();
      const rows = await stage.database.query(
        `SELECT 1 FROM profile WHERE id = $1 AND email_subscription = 'UNSUBSCRIBED'`,
        [idOf('willing')],
      );
      return rows.length > 0;
    });
  });

  it('takes a launched version, names what is wrong, and stops with the kill switch', async () => {
    const { testSend } = await send({ profileIds: [idOf('willing')], versionNumber: 1 });
    expect(testSend?.versionNumber).toBe(1);
    expect((await send({ profileIds: [idOf('willing')], versionNumber: 7 })).userErrors).toMatchObject([
      { code: 'INVALID', path: ['versionNumber'] },
    ]);
    expect((await send({ profileIds: [idOf('willing'), campaign.campaignId] })).userErrors).toMatchObject([
      { code: 'INVALID', path: ['profileIds', '1'] },
    ]);
    expect((await send({ profileIds: Array.from({ length: 21 }, () => idOf('willing')) })).userErrors).not.toEqual([]);
    await stage.database.query(
      `INSERT INTO sending_stop (project_id, scope, scope_id, reason, stopped_by) VALUES ($1, 'PROJECT', $1, 'wrong bonus', 'tests')`,
      [stage.projectId],
    );
    const stopped = await send({ profileIds: [idOf('willing')] });
    await stage.database.query('DELETE FROM sending_stop');
    expect(stopped.userErrors).toMatchObject([{ message: 'Sending is switched off: wrong bonus' }]);
  });

  it('is made of a Direct campaign as well', async () => {
    const { campaign: direct } = await mutate<{ campaign: { id: string } }>(
      stage.graphql,
      'createDirectCampaign',
      'CreateDirectCampaignInput',
      'campaign { id }',
      { name: 'Tonight', content: { sms: { from: 'Example', text: 'Tonight, {{ user.user_id }}' } } },
    );
    const { testSend, userErrors } = await send({ campaignId: direct.id, profileIds: [idOf('willing')], values: [] });
    expect(userErrors).toEqual([]);
    expect(testSend?.deliveries).toMatchObject([{ medium: 'SMS', state: 'ACCEPTED' }]);
    expect(stage.farEnds.inbox.report(1).sms.last.map(({ text }) => text)).toEqual(['[TEST] Tonight, willing']);
    const { testSends } = await stage.graphql<{ testSends: { nodes: { id: string }[] } }>(
      'query ($id: ID!) { testSends(campaignId: $id) { nodes { id } } }',
      { id: direct.id },
    );
    expect(testSends.nodes).toEqual([{ id: testSend?.id }]);
  });

  it('does not reach anybody while exclusion data cannot be relied on', async () => {
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
    await mutate(stage.graphql, 'createExclusionRule', 'CreateExclusionRuleInput', 'rule { id }', {
      suppressionAttributeId: suppressionAttribute.id,
      excludingValues: ['true'],
      whenUnknown: 'ALLOW',
    });
    const before = stage.farEnds.inbox.report(0).sms.received;
    const { testSend } = await send({ profileIds: [idOf('willing')] });
    const sms = testSend?.deliveries.find(({ medium }) => medium === 'SMS');
    expect(sms).toMatchObject({ state: 'NOT_SENT', reason: expect.stringContaining('SUPPRESSION_STALE') });
    expect(stage.farEnds.inbox.report(0).sms.received).toBe(before);
  });
});
