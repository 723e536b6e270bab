/** @once because the api answers links and openings itself, and a clock takes them in from tables. */
import {
  acceptedOn,
  addProviders,
  type CampaignStage,
  completedExecution,
  countOf,
  mutate,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { type Product, startProduct } from '../support/product';

const person =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36';
const target = 'https://example.com/offers?a=1&b=2';
const content = {
  email: {
    fromAddress: 'offers@example.com',
    fromName: 'Example',
    subject: 'For {{ FirstName }}',
    html: `<body><p>{{ FirstName }}</p><a class="x" href="https://example.com/offers?a=1&amp;b=2">Play</a>
      <a href="https://example.com/terms" data-track="off">Terms</a> <a href="{{ system.url.profile }}">Preferences</a>
      <a href="{{ system.url.view }}">View</a></body>`,
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

describe('what people do with their messages', () => {
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

  it('tells people, times and programs apart, by medium and by link', async () => {
    const { campaign } = await product.graphql<{ campaign: Record<'mediumFunnels' | 'linkClicks', unknown> }>(
      `query ($id: ID!) { campaign(id: $id) { linkClicks { nodes { medium position link clicked clicks machineClicks } }
        mediumFunnels { medium sent opened opens machineOpens clicked clicks machineClicks } } }`,
      { id: stage.campaignId },
    );
    const times = { opened: 2, opens: 4, machineOpens: 1, clicked: 1, clicks: 1, machineClicks: 1 };
    expect(campaign.mediumFunnels).toEqual([{ medium: 'EMAIL', sent: 8, ...times }]);
    const clicks = { clicked: 1, clicks: 1, machineClicks: 1 };
    expect(campaign.linkClicks).toEqual({ nodes: [{ medium: 'EMAIL', position: 1, link: target, ...clicks }] });
  });

  it('shows a mail in the browser as its person got it, and runs nothing in it', async () => {
    const page = await get(linkIn(mail(5), 'v'));
    const [name] = /<p>[^<]+<\/p>/.exec(mail(5).html) ?? [];
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([
      200,
      expect.stringMatching(/default-src 'none'.*sandbox allow-popups/),
    ]);
    const html = await page.text();
    expect(html).toContain(name);
    expect(linkIn({ ...mail(5), html }, 'c')).not.toBe('');
    expect((await get(linkIn(mail(5), 'v').replace('/t/v/', '/t/p/'))).status).toBe(410);
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

  it('reaches browsers and inboxes, and hears from the sites what became of the messages', async () => {
    const { site, sdkKey, publicKey } = await stageSite(product);
    const campaign = await planWithPeople(product, site, { count: 3, seed: 77 });
    const list = await fetch(
      `${product.sandbox.url}/control/tenants/${site.tenant.id}/campaigns/${campaign.id}/profiles.csv`,
    );
    const userIds = (await list.text())
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0] ?? '');
    const browsers = await Promise.all(userIds.map((userId) => openBrowser(product, { userId, sdkKey, publicKey })));
    await runAtOptimove(product, site, campaign.id);
    const { id, funnel } = await completedExecution(product, site.connectionId);
    expect([acceptedOn(funnel, 'WEB_PUSH'), acceptedOn(funnel, 'INBOX')]).toEqual([3, 3]);

    const { webPush } = product.farEnds.inbox.report();
    expect(webPush).toMatchObject({ received: 3, unique: 3, recipients: 3 });
    expect(webPush.last.every(({ title }) => /^Hello \S/.test(title))).toBe(true);
    const [browser] = browsers;
    const pushed = webPush.last.find(({ endpoint }) => endpoint === browser?.endpoint);
    const first = await browser?.get('inbox');
    const letter = first?.messages[0];
    expect(first).toMatchObject({
      unread: 1,
      next: null,
      messages: [{ content: { style: 'CARD', body: 'In your inbox' } }],
    });
    expect(await browser?.send('POST', `messages/${letter?.id}/opened`)).toBe(204);
    expect(await browsers[1]?.send('POST', `messages/${letter?.id}/opened`)).toBe(404);
    expect(await browser?.send('POST', `messages/${pushed?.deliveryId}/clicked`)).toBe(204);
    expect(await browser?.get('inbox')).toMatchObject({ unread: 0, messages: [{ id: letter?.id, isOpened: true }] });
    expect(await browser?.send('DELETE', `inbox/${letter?.id}`)).toBe(204);
    expect(await browser?.get('inbox')).toEqual({ messages: [], unread: 0, next: null });
    expect(await browser?.get('in-app?trigger=SESSION_START')).toEqual({ messages: [] });
    for (const [path, field] of [
      ['in-app?trigger=SDK_EVENT', 'event'],
      ['in-app?trigger=LOGIN', 'trigger'],
      ['inbox?limit=101', 'limit'],
      ['inbox?after=x', 'after'],
    ] as const) {
      expect(await browser?.get(path)).toMatchObject({ errors: [{ field }] });
    }
    await eventually('the funnel counts the person once', async () => {
      const { execution } = await product.graphql<{ execution: { funnel: Engaged } }>(
        'query ($id: ID!) { execution(id: $id) { funnel { opened clicked unsubscribed } } }',
        { id },
      );
      return execution.funnel.opened === 1 && execution.funnel.clicked === 1;
    });
  });
});

interface Letters {
  messages: { id: string }[];
  unread: number;
}

interface Browser {
  endpoint: string;
  get(path: string): Promise<Letters>;
  send(method: string, path: string): Promise<number>;
}

/** A site with accounts for browsers and inboxes and a campaign for both. */
async function stageSite(product: Product): Promise<{ site: CampaignStage; sdkKey: string; publicKey: string }> {
  const { graphql, farEnds } = product;
  const account = (provider: string, settings: object) =>
    mutate<{ providerAccount: { settings: { name: string; value: string }[] } }>(
      graphql,
      'createProviderAccount',
      'CreateProviderAccountInput',
      'providerAccount { settings { name value } }',
      { provider, name: provider, settings: Object.entries(settings).map(([name, value]) => ({ name, value })) },
    );
  const subject = 'mailto:push@example.com';
  const { providerAccount } = await account('webpush', { subject, baseUrl: farEnds.endpoints.webPushBaseUrl });
  await account('inbox', {});
  const webPush = { title: 'Hello {{ FirstName }}', body: 'In your browser', url: target };
  const inbox = { style: 'CARD', title: 'Hello {{ FirstName }}', body: 'In your inbox' };
  const name = 'Xtremepush Web';
  const site = await stageCampaign(product, {
    name: 'Site',
    content: { webPush, inbox },
    channel: { kind: 'WEB_PUSH', name },
  });
  const { sdkKey } = await mutate<{ sdkKey: string }>(graphql, 'createApp', 'CreateAppInput', 'sdkKey', {
    name: 'Site',
    platform: 'WEB',
  });
  const channels = site.tenant.channels.filter((channel) => channel.name === name);
  const publicKey = providerAccount.settings.find((setting) => setting.name === 'publicKey')?.value ?? '';
  return { site: { ...site, tenant: { ...site.tenant, channels } }, sdkKey, publicKey };
}

/** A browser that subscribes with the account's key and in which somebody signs in. */
async function openBrowser(
  { apiUrl, farEnds }: Product,
  { userId, sdkKey, publicKey }: { userId: string; sdkKey: string; publicKey: string },
): Promise<Browser> {
  const webPush = farEnds.subscriptions.subscribe(publicKey);
  const call = (method: string, path: string, headers: Record<string, string>, body?: object) =>
    fetch(`${apiUrl}/sdk/v1/${path}`, {
      method,
      headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body && JSON.stringify(body),
    });
  const installationId = webPush.endpoint.split('/').at(-1);
  const registered = await call('POST', 'devices', { 'x-app-key': sdkKey }, { installationId, webPush });
  const { deviceSecret } = (await registered.json()) as { deviceSecret: string };
  const own = { authorization: `Bearer ${deviceSecret}` };
  expect((await call('PUT', 'device/user', own, { userId })).status).toBe(200);
  return {
    endpoint: webPush.endpoint,
    get: async (path) => (await (await call('GET', path, own)).json()) as Letters,
    send: async (method, path) => (await call(method, path, own)).status,
  };
}
