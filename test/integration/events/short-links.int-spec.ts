import { addProviders, mutate, stageCampaign } from '../../support/campaign-stage';
import { eventually } from '../../support/eventually';
import { type ContentStage, setStage } from '../content/stage';

const browser = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148';
const target = 'https://shop.example.com/offers/spring?customer=Kim&campaign=a-very-long-name';

describe('the addresses in texts', () => {
  let stage: ContentStage;
  let texts: string[];
  beforeAll(async () => {
    stage = await setStage();
    await addProviders(stage);
    texts = [
      await textOf({ hasShortLinks: true, number: '49151000000091' }),
      await textOf({ hasShortLinks: false, number: '49151000000092' }),
    ];
  }, 180_000);
  afterAll(() => stage?.close());

  /** Sends a test of a campaign with such a text. @returns what arrived. */
  async function textOf({ hasShortLinks, number }: { hasShortLinks: boolean; number: string }): Promise<string> {
    const text = `Your offer: ${target}. Twice: ${target} (or http://a.example/b)`;
    const content = { sms: { from: 'Example', text, hasShortLinks } };
    const { campaignId } = await stageCampaign(stage, { content, name: `Stage ${number}` });
    const person = { userId: number, mobileNumber: number, smsSubscription: 'SUBSCRIBED' };
    const made = await mutate<{ profile: { id: string } }>(
      stage.graphql,
      'upsertProfile',
      'UpsertProfileInput',
      'profile { id }',
      person,
    );
    const asked = { campaignId, profileIds: [made.profile.id], values: [] };
    await mutate(stage.graphql, 'sendTest', 'SendTestInput', 'testSend { id }', asked);
    return eventually(
      'the text arrives',
      async () => stage.farEnds.inbox.report(10).sms.last.find(({ to }) => to === number)?.text,
    );
  }

  const linkIn = (text: string): string => /http:\S+\/l\/[\w-]{11}/.exec(text)?.[0] ?? '';
  const visit = (url: string, init: RequestInit = {}) =>
    fetch(url.replace('http://127.0.0.1:1', stage.apiUrl), {
      redirect: 'manual',
      headers: { 'user-agent': browser },
      ...init,
    });

  it('are short when the author wants it, the same address the same, and stay otherwise', () => {
    const [short = '', plain] = texts;
    expect(short).toMatch(/Your offer: (\S+\/l\/[\w-]{11})\. Twice: \1 \(or \S+\/l\/[\w-]{11}\)$/);
    expect(short).not.toContain('shop.example.com');
    expect(plain).toContain(`Your offer: ${target}. Twice`);
  });

  it('lead on and count the click', async () => {
    const link = linkIn(texts[0] ?? '');
    expect((await visit(link, { method: 'HEAD' })).status).toBe(302);
    const answer = await visit(link);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, target]);
    const noted = await stage.database.query('SELECT medium, kind, link, is_machine FROM engagement_intake');
    expect(noted).toEqual([{ medium: 'SMS', kind: 'CLICKED', link: target, is_machine: false }]);
  });

  it('lead nowhere once their time is over, and when somebody makes one up', async () => {
    const link = linkIn(texts[0] ?? '');
    await stage.database.query(`UPDATE short_link SET expires_at = now() - interval '1 second'`);
    expect((await visit(link)).status).toBe(410);
    expect((await visit(link.replace(/.{11}$/, 'AAAAAAAAAAA'))).status).toBe(410);
    expect((await visit(link.replace(/.{11}$/, 'x'))).status).toBe(410);
  });
});
