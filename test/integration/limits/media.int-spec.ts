import { tryMutation } from '../../support/campaign-stage';
import { type LimitStage, setStage, texts } from './stage';

describe('over which media a message goes', () => {
  let stage: LimitStage;
  beforeAll(async () => {
    stage = await setStage();
    const device = (userId: string, token: string) => `${userId},${token},ANDROID`;
    await stage.person('way-1');
    await stage.person('way-2');
    await stage.person('way-3');
    await stage.person('way-4', { smsSubscription: 'UNSUBSCRIBED', emailSubscription: 'UNSUBSCRIBED' });
    await stage.person('way-5', { smsSubscription: 'UNSUBSCRIBED' });
    const answer = await stage.rest('/imports/devices', {
      method: 'POST',
      body: ['userId,token,platform', device('way-1', 'token-1'), device('way-2', 'unregistered-2')].join('\n'),
      headers: { 'content-type': 'text/csv' },
    });
    expect(answer.ok).toBe(true);
    const [{ count } = { count: 0 }] = await stage.database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM device',
    );
    expect(count).toBe(2);
  }, 120_000);
  afterAll(() => stage?.close());

  const all = { ...texts.mobilePush, ...texts.sms, ...texts.email };

  const sent = async (content: object): Promise<Record<string, string>> => {
    const executionId = await stage.launched('way', content);
    await stage.run(executionId);
    const rows = await stage.database.query<{ user: string; end: string; media: string }>(
      `SELECT r.customer_id AS user, r.end_state AS "end", coalesce(string_agg(d.medium || ' ' || d.state, ', ' ORDER BY d.claimed_at, d.medium), '') AS media
       FROM recipient r LEFT JOIN delivery d ON d.execution_id = r.execution_id AND d.seq = r.seq
       WHERE r.execution_id = $1 GROUP BY 1, 2`,
      [executionId],
    );
    return Object.fromEntries(rows.map(({ user, end, media }) => [user, `${end}: ${media}`]));
  };

  it('is the first that reaches each person, the next where the provider knows better', async () => {
    expect(await sent({ ...all, firstReachable: ['MOBILE_PUSH', 'SMS', 'EMAIL'] })).toEqual({
      'way-1': 'SENT: MOBILE_PUSH ACCEPTED',
      'way-2': 'SENT: MOBILE_PUSH REJECTED, SMS ACCEPTED',
      'way-3': 'SENT: SMS ACCEPTED',
      'way-4': 'NO_ADDRESS: ',
      'way-5': 'SENT: EMAIL ACCEPTED',
    });
  });

  it('is every one unless told', async () => {
    expect(await sent(all)).toMatchObject({
      'way-1': 'SENT: EMAIL ACCEPTED, MOBILE_PUSH ACCEPTED, SMS ACCEPTED',
      'way-3': 'SENT: EMAIL ACCEPTED, SMS ACCEPTED',
    });
  });

  it('must be named in full', async () => {
    const create = (content: object) =>
      tryMutation<{ campaign: { findings: { code: string; path: string[]; severity: string; message: string }[] } }>(
        stage.graphql,
        'createDirectCampaign',
        'CreateDirectCampaignInput',
        'campaign { findings { code path severity message } }',
        { name: `Order ${Math.random()}`, content },
      );
    const { campaign } = await create({ ...all, firstReachable: ['SMS', 'SMS', 'INBOX'] });
    const path = ['content', 'firstReachable'];
    expect(campaign.findings.filter((each) => each.path[1] === 'firstReachable')).toEqual([
      { code: 'INVALID', path, severity: 'ERROR', message: 'Name each medium once' },
      { code: 'INVALID', path, severity: 'ERROR', message: expect.stringContaining('MOBILE_PUSH, EMAIL') },
      { code: 'INVALID', path, severity: 'WARNING', message: expect.stringContaining('INBOX') },
    ]);
  });

  it('is none when the template does not come to an end; the execution then pauses for a person to look', async () => {
    const spin =
      '{% for i in 1..1000 %}{% for j in 1..1000 %}{{ A|replace({"a":"b"})|upper|lower|trim }}{% endfor %}{% endfor %}';
    const executionId = await stage.launched('way-1', { sms: { from: '', text: spin } });
    await stage.run(executionId);
    expect(await stage.endings(executionId)).toMatchObject([
      { state: 'NOT_PERSONALISED', reason: 'The template took too long to evaluate' },
    ]);
    const [row] = await stage.database.query<{ paused: boolean; reason: string }>(
      'SELECT paused_at IS NOT NULL AS paused, reason FROM execution WHERE id = $1',
      [executionId],
    );
    expect(row).toEqual({ paused: true, reason: expect.stringContaining('took too long') });
  });

  it('is none for the campaign’s own control group, which is off unless asked for, always the same and of no other campaign', async () => {
    for (let number = 0; number < 40; number += 1) await stage.person(`many-${number}`);
    const content = { ...texts.sms, controlGroupPercent: 50 };
    const first = await stage.launched('many', content);
    await stage.run(first);
    const endings = await stage.endings(first);
    const held = endings.filter(({ state }) => state === 'CONTROL_GROUP');
    expect(held.length).toBeGreaterThan(5);
    expect(held.length).toBeLessThan(35);
    expect(held[0]?.reason).toBe('In the control group of our campaign');
    expect(endings.filter(({ state }) => state === 'SENT')).toHaveLength(40 - held.length);

    const states = (ends: { state: string | null }[]) => ends.map(({ state }) => state);
    const again = await stage.relaunched(first);
    await stage.run(again);
    expect(states(await stage.endings(again))).toEqual(states(endings));
    expect(states(await stage.send('many', content))).not.toEqual(states(endings));
  });
});
