import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mutate, tryMutation } from '../../support/campaign-stage';
import { type ContentStage, setStage } from '../content/stage';

interface Found {
  path: string[];
  code: string;
  severity: string;
  message: string;
}

describe('what e-mails and text messages are made of', () => {
  let stage: ContentStage;
  let page: Server;
  let site: string;
  const long = 'x'.repeat(512_001);
  const answers: Record<string, [status: number, headers: Record<string, string>, body: Buffer | string]> = {
    '/mail': [200, { 'content-type': 'text/html; charset=iso-8859-1' }, Buffer.from('<p>Grüße</p>', 'latin1')],
    '/moved': [302, { location: '/mail' }, ''],
    '/gone': [404, { 'content-type': 'text/html' }, 'No'],
    '/picture': [200, { 'content-type': 'image/png' }, 'png'],
    '/long': [200, { 'content-type': 'text/html' }, long],
    '/broken': [200, { 'content-type': 'text/html' }, Buffer.from([0xff, 0xfe, 0xfd])],
  };

  beforeAll(async () => {
    stage = await setStage();
    page = createServer((request, response) => {
      const [status, headers, body] = answers[request.url ?? ''] ?? [404, {}, ''];
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    site = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
  }, 120_000);
  afterAll(async () => {
    await stage?.close();
    page?.closeAllConnections();
    page?.close();
  });

  const setSenders = async (senders: object) => {
    const { sendingRules } = await stage.graphql<{ sendingRules: { version: number } }>('{ sendingRules { version } }');
    return tryMutation<{ sendingRules: object | null }>(
      stage.graphql,
      'updateSendingRules',
      'UpdateSendingRulesInput',
      'sendingRules { emailSenders { address name } smsSenders isCategoryRequired }',
      { version: sendingRules.version, ...senders },
    );
  };
  const findingsOf = async (content: object): Promise<Found[]> => {
    const { campaign } = await mutate<{ campaign: { findings: Found[] } }>(
      stage.graphql,
      'createDirectCampaign',
      'CreateDirectCampaignInput',
      'campaign { findings { path code severity message } }',
      { name: `Sent ${Math.random()}`, content },
    );
    return campaign.findings.filter(({ code }) => code === 'UNKNOWN_SENDER');
  };
  const email = (fromAddress: string) => ({
    email: { fromAddress, fromName: 'Shop', subject: 'Hi', html: '<p>Hi</p>' },
  });

  it('keep to the senders that the project names, once it names any of the medium', async () => {
    const both = { ...email('offers@elsewhere.example'), sms: { from: 'Else', text: 'Hi' } };
    expect(await findingsOf(both)).toEqual([]);
    const emailSenders = [{ address: 'news@shop.example', name: 'Shop' }];
    const { sendingRules } = await setSenders({ emailSenders });
    expect(sendingRules).toEqual({ emailSenders, smsSenders: [], isCategoryRequired: false });
    expect(await findingsOf(both)).toEqual([
      {
        ...{ path: ['content', 'email', 'fromAddress'], code: 'UNKNOWN_SENDER', severity: 'ERROR' },
        message: expect.stringContaining('news@shop.example'),
      },
    ]);
    await setSenders({ smsSenders: ['Shop'], isCategoryRequired: true });
    expect((await findingsOf(both)).map(({ path }) => path.join('.'))).toEqual([
      'content.email.fromAddress',
      'content.sms.from',
    ]);
    expect(await findingsOf({ ...email('News@Shop.example'), sms: { from: 'shop', text: 'Hi' } })).toEqual([]);
    expect(await findingsOf({ sms: { from: '{{ Brand }}', text: 'Hi' } })).toEqual([]);
    expect(await findingsOf({ sms: { from: '', text: 'Hi' } })).toEqual([]);
  });

  it('name senders that are none, and those named twice', async () => {
    const wrong = await setSenders({
      emailSenders: [{ address: 'nobody', name: '' }],
      smsSenders: ['S', 'Shop'],
    });
    expect(wrong.userErrors.map(({ path }) => path.join('.')).sort()).toEqual([
      'emailSenders.0.address',
      'emailSenders.0.name',
      'smsSenders',
    ]);
    const twice = await setSenders({ smsSenders: ['Shop', 'shop'] });
    expect(twice.userErrors).toMatchObject([{ path: ['smsSenders'], message: 'Name each sender once' }]);
  });

  it('can be fetched from where they are kept, or say why not', async () => {
    const fetched = (url: string) =>
      tryMutation<{ html: string | null }>(stage.graphql, 'fetchEmailHtml', 'FetchEmailHtmlInput', 'html', { url });
    expect(await fetched(`${site}/mail`)).toEqual({ html: '<p>Grüße</p>', userErrors: [] });
    const refusals: [string, string][] = [
      [`${site}/moved`, 'leads on'],
      [`${site}/gone`, 'answered 404'],
      [`${site}/picture`, 'not that of an HTML page'],
      [`${site}/long`, 'more than 500 KB'],
      [`${site}/broken`, 'cannot be read as utf-8'],
      ['http://127.0.0.1:9', 'cannot be reached'],
      ['not an address', 'whole address'],
      ['file:///etc/passwd', 'whole address'],
    ];
    for (const [url, why] of refusals) {
      const { html, userErrors } = await fetched(url);
      expect(html).toBeNull();
      expect(userErrors).toMatchObject([{ code: 'INVALID', path: ['url'], message: expect.stringContaining(why) }]);
    }
  });
});
