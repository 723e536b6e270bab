import {
  addProviders,
  type CampaignStage,
  completedExecution,
  countOf,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { type Product, startProduct } from '../support/product';

jest.setTimeout(120_000);

const person =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36';
const target = 'https://example.com/offers?a=1&b=2';
const content = {
  email: {
    fromAddress: 'offers@example.com',
    fromName: 'Example',
    subject: 'For {{ FirstName }}',
    html: `<body><p>{{ FirstName }}</p><a class="x" href="https://example.com/offers?a=1&amp;b=2">Play</a>
      <a href="https://example.com/terms" data-track="off">Terms</a> <a href="{{ system.url.profile }}">Preferences</a></body>`,
  },
};

interface Mail {
  to: string;
  html: string;
  text: string;
  listUnsubscribe: string;
}
interface Engaged {
  opened: number;
  clicked: number;
  unsubscribed: number;
}

describe('what people do with an e-mail', () => {
  let product: Product;
  let stage: CampaignStage;
  let executionId: string;
  let mails: Mail[];

  beforeAll(async () => {
    product = await startProduct();
    await addProviders(product);
    stage = await stageCampaign(product, { content });
    const campaign = await planWithPeople(product, stage, { count: 8 });
    await runAtOptimove(product, stage, campaign.id);
    const execution = await completedExecution(product, stage.connectionId);
    expect(countOf(execution.funnel, 'SENT')).toBe(8);
    executionId = execution.id;
    mails = product.farEnds.inbox.report(8).email.last as unknown as Mail[];
  });
  afterAll(() => product?.stop());

  const mail = (index: number): Mail => mails[index] as Mail;
  const linkIn = ({ html }: Mail, part: string): string =>
    (new RegExp(`"(http[^"]*/t/${part}/[^"]*)"`).exec(html)?.[1] ?? '').replaceAll('&amp;', '&');
  const get = (url: string, agent = person, method = 'GET') =>
    fetch(url, { method, headers: { 'user-agent': agent }, redirect: 'manual' });
  const engaged = async (): Promise<Engaged> => {
    const { execution } = await product.graphql<{ execution: { funnel: Engaged } }>(
      'query ($id: ID!) { execution(id: $id) { funnel { opened clicked unsubscribed } } }',
      { id: executionId },
    );
    return execution.funnel;
  };
  const engagedTo = (expected: Engaged) =>
    eventually(`the funnel shows ${JSON.stringify(expected)}`, async () => {
      const found = await engaged();
      return JSON.stringify(found) === JSON.stringify(expected) ? found : null;
    });
  const userOf = ({ to }: Mail) =>
    product.graphql<{ profiles: { nodes: { userId: string; emailSubscription: string; smsSubscription: string }[] } }>(
      'query ($search: String) { profiles(first: 1, search: $search) { nodes { userId emailSubscription smsSubscription } } }',
      { search: /<?([^<>\s]+@[^<>\s]+)>?/.exec(to)?.[1] },
    );

  it('tracks links and opens in the HTML alone, and leaves out what the author wants left out', () => {
    expect(mail(0).html).toContain('href="https://example.com/terms"');
    expect(mail(0).html).not.toContain('href="https://example.com/offers');
    expect(mail(0).html).not.toContain('xpolink');
    expect(linkIn(mail(0), 'o')).not.toBe('');
    expect(mail(0).text).not.toContain('/t/c/');
    expect(linkIn(mail(0), 'c')).not.toBe(linkIn(mail(1), 'c'));
  });

  it('counts a person who opens or clicks once, and no programs', async () => {
    for (let time = 0; time < 3; time += 1) {
      const opened = await get(linkIn(mail(0), 'o'));
      expect([opened.status, opened.headers.get('content-type')]).toEqual([200, 'image/gif']);
    }
    await get(linkIn(mail(1), 'o'), 'Mozilla/5.0');
    await get(linkIn(mail(1), 'c'), 'Barracuda Sentinel (EE)');
    await get(linkIn(mail(1), 'c'), person, 'HEAD');
    const clicked = await get(linkIn(mail(2), 'c'));
    expect([clicked.status, clicked.headers.get('location')]).toEqual([302, target]);
    await engagedTo({ opened: 2, clicked: 1, unsubscribed: 0 });
  });

  it('leads nowhere that we did not sign', async () => {
    const link = new URL(linkIn(mail(2), 'c'));
    link.searchParams.set('to', 'https://evil.example.com/');
    expect((await get(link.href)).status).toBe(410);
    expect((await get(linkIn(mail(2), 'o').replace(/.$/, '_'))).status).toBe(200);
    expect((await get(linkIn(mail(3), 'o').replace('/t/o/', '/t/u/'))).status).toBe(410);
  });

  it('asks before it unsubscribes by a link, and does it by one click of a mail program', async () => {
    const url = mail(3).listUnsubscribe.replaceAll(/[<>]/g, '');
    const page = await get(url);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect((await userOf(mail(3))).profiles.nodes[0]?.emailSubscription).toBe('SUBSCRIBED');
    const form = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
    expect((await fetch(url, { method: 'POST', body: form })).status).toBe(200);
    await engagedTo({ opened: 2, clicked: 1, unsubscribed: 1 });
    expect((await userOf(mail(3))).profiles.nodes[0]?.emailSubscription).toBe('UNSUBSCRIBED');
  });

  it('shows what a person said and stores what they choose, without JavaScript', async () => {
    const url = linkIn(mail(4), 'p');
    expect(await (await get(url)).text()).toContain('name="email" value="yes" checked');
    await fetch(url, { method: 'POST', body: new URLSearchParams({ sms: 'yes' }) });
    await eventually('the choice is stored', async () => {
      const [profile] = (await userOf(mail(4))).profiles.nodes;
      return profile?.emailSubscription === 'UNSUBSCRIBED' && profile.smsSubscription === 'SUBSCRIBED';
    });
    expect(await (await get(url)).text()).not.toContain('name="email" value="yes" checked');
  });

  it('sends nothing more to those who left', async () => {
    const campaign = await planWithPeople(product, stage, { count: 8 });
    const users = await Promise.all([userOf(mail(3)), userOf(mail(4))]);
    const before = product.farEnds.inbox.report(0).email.received;
    const leave = users.map(({ profiles }) => profiles.nodes[0]?.userId);
    const csv = `userId,emailSubscription\n${leave.map((userId) => `${userId},UNSUBSCRIBED`).join('\n')}\n`;
    await product.rest('/imports/profiles', { method: 'POST', body: csv, headers: { 'content-type': 'text/csv' } });
    await runAtOptimove(product, stage, campaign.id);
    const { funnel } = await completedExecution(product, stage.connectionId);
    expect(funnel.received).toBe(8);
    expect(countOf(funnel, 'NOT_SUBSCRIBED')).toBe(2);
    expect(product.farEnds.inbox.report(0).email.received - before).toBe(6);
  });
});
