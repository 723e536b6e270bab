import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getProvider, type Receipt } from '@libs/delivery';
import { type MailFate, MailReports } from '../../../apps/sandbox/src/far-ends/smtp/mail-reports';
import { eventually } from '../../support/eventually';

describe('what the SMTP far end reports later', () => {
  const posted: { type: string | undefined; body: Buffer }[] = [];
  const reports = new MailReports();
  let server: Server;
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      posted.push({ type: request.headers['content-type'], body: Buffer.concat(chunks) });
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    reports.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => server?.close());

  const headers = 'Subject: An offer\r\nMessage-ID: <token@example.com>';
  const receiptsAbout = async (address: string, fate?: MailFate): Promise<Receipt[]> => {
    posted.length = 0;
    if (fate) expect(await reports.report({ address, headers }, fate)).toBe(200);
    else reports.about({ address, headers });
    const { type, body } = await eventually('the report arrives', async () => posted[0]);
    expect(type).toBe('message/rfc822');
    const get = (): Promise<string> => Promise.reject(new Error('A mail names nothing to fetch'));
    const request = { headers: {}, body, settings: {}, receivedAt: new Date(0), get };
    const reading = await getProvider('smtp')?.readReport?.(request);
    return reading?.isAuthentic ? reading.receipts : [];
  };

  it('is a bounce about mails that come back', async () => {
    const address = 'late-bounce-kim@example.com';
    expect(await receiptsAbout(address)).toEqual([
      expect.objectContaining({
        ...{ providerMessageId: '<token@example.com>', status: 'FAILED', bounce: 'BAD_MAILBOX', address },
      }),
    ]);
  });

  it('is a complaint of those who call it spam, and nothing of others', async () => {
    reports.about({ address: 'kim@example.com', headers });
    const address = 'complains-kim@example.com';
    expect(await receiptsAbout(address)).toEqual([
      expect.objectContaining({
        providerMessageId: '<token@example.com>',
        status: 'COMPLAINED',
        code: 'abuse',
        address,
      }),
    ]);
    expect(posted).toHaveLength(1);
  });

  it('is whatever fate it is told, about any mail', async () => {
    const fates: [MailFate, object][] = [
      ['delivered', { status: 'DELIVERED' }],
      ['hard-bounce', { status: 'FAILED', bounce: 'BAD_MAILBOX' }],
      ['soft-bounce', { status: 'FAILED', bounce: 'MAILBOX_FULL' }],
      ['complaint', { status: 'COMPLAINED' }],
    ];
    for (const [fate, receipt] of fates) {
      const address = 'kim@example.com';
      const expected = { providerMessageId: '<token@example.com>', address, ...receipt };
      expect(await receiptsAbout(address, fate)).toEqual([expect.objectContaining(expected)]);
    }
  });

  it('is nothing where nobody wants reports', async () => {
    expect(await new MailReports().report({ address: 'kim@example.com', headers }, 'delivered')).toBeNull();
  });
});
