import { createTransport, type SendMailOptions } from 'nodemailer';
import { type FarEnds, startFarEnds } from '../../../apps/sandbox/src/far-ends';

describe('the SMTP far end', () => {
  let farEnds: FarEnds;

  beforeEach(async () => {
    farEnds = await startFarEnds();
  });

  afterEach(() => farEnds.close());

  const mails = () => farEnds.inbox.report().email;

  const send = async (mail: SendMailOptions, auth?: { user: string; pass: string }) => {
    const { smtpHost: host, smtpPort: port } = farEnds.endpoints;
    const transport = createTransport({ host, port, auth });
    try {
      return await transport.sendMail({ from: '"Casino" <news@example.com>', ...mail });
    } finally {
      transport.close();
    }
  };

  it('accepts a mail and shows it as a mail reader would', async () => {
    const answer = await send({
      to: 'c1@example.com',
      subject: 'Grüße – free spins für you, all of this week and the week after it 🎰',
      text: 'Olá!\n\nA line that is long enough to be folded by quoted-printable encoding, à coup sûr.',
      html: '<p>Olá!</p>',
      headers: {
        'X-Delivery-Id': 'd-1',
        'List-Unsubscribe': '<https://example.com/unsubscribe?token=abc>',
      },
    });
    expect(answer.response).toContain('queued as');
    expect(mails()).toMatchObject({ received: 1, unique: 1, duplicates: 0, recipients: 1 });
    expect(mails().last[0]).toMatchObject({
      from: 'Casino <news@example.com>',
      to: 'c1@example.com',
      subject: 'Grüße – free spins für you, all of this week and the week after it 🎰',
      text: 'Olá!\n\nA line that is long enough to be folded by quoted-printable encoding, à coup sûr.',
      deliveryId: 'd-1',
      listUnsubscribe: '<https://example.com/unsubscribe?token=abc>',
    });
  });

  it('shows the words of a mail that is only HTML', async () => {
    await send({ to: 'c1@example.com', html: '<style>p{color:red}</style><p>Play <b>today</b></p>' });
    expect(mails().last[0]?.text).toMatch(/^Play\s+today$/);
  });

  it('accepts any credentials', async () => {
    await send({ to: 'c1@example.com', text: 'Hello' }, { user: 'anyone', pass: 'anything' });
    expect(mails().received).toBe(1);
  });

  it('refuses addresses that bounce as unknown', async () => {
    const refused = send({ to: 'bounce-c1@example.com', text: 'Hello' });
    await expect(refused).rejects.toMatchObject({
      responseCode: 550,
      response: expect.stringMatching(/^550 5\.1\.1 /),
    });
    expect(mails().received).toBe(0);
  });

  it('tells a delivery that came twice from two deliveries', async () => {
    for (const id of ['d-1', 'd-2', 'd-1']) {
      await send({ to: 'c1@example.com', text: 'Hello', headers: { 'X-Delivery-Id': id } });
    }
    expect(mails()).toMatchObject({ received: 3, unique: 2, duplicates: 1, recipients: 1 });
  });

  it('counts every recipient of one mail', async () => {
    await send({ to: ['c1@example.com', 'c2@example.com'], text: 'Hello', headers: { 'X-Delivery-Id': 'd-1' } });
    expect(mails()).toMatchObject({ received: 2, unique: 2, duplicates: 0, recipients: 2 });
  });
});
