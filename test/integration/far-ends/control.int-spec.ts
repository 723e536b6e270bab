import Fastify, { type FastifyInstance } from 'fastify';
import { createTransport } from 'nodemailer';
import { type FarEnds, startFarEnds } from '../../../apps/sandbox/src/far-ends';
import { eventually } from '../../support/eventually';
import { sendPush } from './push-client';
import { SmsClient } from './sms-client';

type Report = ReturnType<FarEnds['inbox']['report']>;

describe('the control API of the far ends', () => {
  let farEnds: FarEnds;
  let app: FastifyInstance;

  beforeEach(async () => {
    farEnds = await startFarEnds({ keep: 3 });
    app = Fastify();
    farEnds.routes(app);
    await app.listen({ host: '127.0.0.1', port: 0 });
  });

  afterEach(async () => {
    await app.close();
    await farEnds.close();
  });

  const call = (url: string, method = 'GET', payload?: Record<string, unknown>) =>
    fetch(`${app.listeningOrigin}${url}`, {
      method,
      headers: payload ? { 'content-type': 'application/json' } : {},
      body: payload && JSON.stringify(payload),
    });
  const counts = async (query = '') => (await call(`/control/inboxes${query}`)).json() as Promise<Report>;
  const arm = (medium: string, fault: Record<string, unknown>) =>
    call(`/control/far-ends/${medium}/fault`, 'PUT', fault);
  const push = (token: string, deliveryId: string) => sendPush(farEnds.endpoints, { token, data: { deliveryId } });
  const mail = async () => {
    const transport = createTransport({ host: farEnds.endpoints.smtpHost, port: farEnds.endpoints.smtpPort });
    try {
      return await transport.sendMail({ from: 'news@example.com', to: 'c1@example.com', text: 'Hello' });
    } finally {
      transport.close();
    }
  };
  const text = (client: SmsClient) =>
    client.ask('submit_sm', { destination_addr: '447700900001', short_message: 'Hi' });

  it('reports counts and the last messages of every medium, the newest first', async () => {
    for (const number of [1, 2, 3, 4]) await push(`device-${number % 3}`, `d-${number}`);
    await mail();
    const { mobilePush, email, sms } = await counts();
    expect(mobilePush).toMatchObject({ received: 4, unique: 4, duplicates: 0, recipients: 3 });
    expect(mobilePush.last.map((message) => message.deliveryId)).toEqual(['d-4', 'd-3', 'd-2']);
    expect(email).toMatchObject({ received: 1, recipients: 1 });
    expect(sms).toEqual({ received: 0, unique: 0, duplicates: 0, recipients: 0, last: [] });
  });

  it('reports as few messages as asked for', async () => {
    await push('device-1', 'd-1');
    await push('device-1', 'd-2');
    expect((await counts('?last=1')).mobilePush.last).toHaveLength(1);
  });

  it('lists the addresses that received, with how much each received', async () => {
    for (const [token, id] of [
      ['device-1', 'd-1'],
      ['device "2"', 'd-2'],
      ['device-1', 'd-3'],
    ] as const)
      await push(token, id);
    const answer = await call('/control/inboxes/mobilePush/addresses.csv');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(await answer.text()).toBe('address,count\r\ndevice-1,2\r\n"device ""2""",1\r\n');
  });

  it('forgets everything when told', async () => {
    await push('device-1', 'd-1');
    expect((await call('/control/inboxes', 'DELETE')).status).toBe(204);
    await push('device-1', 'd-1');
    const { mobilePush } = await counts();
    expect(mobilePush).toMatchObject({ received: 1, unique: 1, duplicates: 0, recipients: 1 });
  });

  it.each([
    ['PUT', '/control/far-ends/fax/fault', { kind: 'hang' }],
    ['PUT', '/control/far-ends/sms/fault', { kind: 'explode' }],
    ['PUT', '/control/far-ends/sms/fault', { kind: 'hang', times: 0 }],
    ['PUT', '/control/far-ends/sms/delay', { ms: -1 }],
    ['GET', '/control/inboxes/fax/addresses.csv', undefined],
  ] as const)('refuses %s %s %j', async (method, url, payload) => {
    expect((await call(url, method, payload)).status).toBe(400);
  });

  it('fails as many pushes as armed, then accepts again', async () => {
    const armed = await arm('mobilePush', { kind: '5xx', times: 1 });
    expect(await armed.json()).toEqual({ kind: '5xx', times: 1, delayMs: 0 });
    expect((await push('device-1', 'd-1')).status).toBe(503);
    expect((await push('device-1', 'd-1')).status).toBe(200);
    await arm('mobilePush', { kind: '429' });
    const busy = await push('device-1', 'd-2');
    expect(busy.status).toBe(429);
    expect(busy.headers.get('retry-after')).toBe('1');
    await arm('mobilePush', { kind: 'close' });
    await expect(push('device-1', 'd-2')).rejects.toThrow();
    await arm('mobilePush', { kind: 'none' });
    expect((await push('device-1', 'd-2')).status).toBe(200);
    expect(farEnds.inbox.report().mobilePush.received).toBe(2);
  });

  it('fails mails as armed', async () => {
    await arm('email', { kind: '5xx', times: 1 });
    await expect(mail()).rejects.toMatchObject({ responseCode: 554 });
    await arm('email', { kind: '429', times: 1 });
    await expect(mail()).rejects.toMatchObject({ responseCode: 451 });
    await arm('email', { kind: 'close', times: 1 });
    await expect(mail()).rejects.toMatchObject({ code: expect.stringMatching(/^E(CONNECTION|SOCKET)$/) });
    await mail();
    expect(farEnds.inbox.report().email.received).toBe(1);
  });

  it('fails texts as armed', async () => {
    const client = await SmsClient.bound(farEnds.endpoints);
    await arm('sms', { kind: '429', times: 1 });
    expect((await text(client)).command_status).toBe(0x58);
    await arm('sms', { kind: '5xx', times: 1 });
    expect((await text(client)).command_status).toBe(0x08);
    expect((await text(client)).command_status).toBe(0);
    await arm('sms', { kind: 'close', times: 1 });
    void text(client);
    await eventually('the connection to end', () => client.closed);
    expect(farEnds.inbox.report().sms.received).toBe(1);
  });

  it.each(['mobilePush', 'email', 'sms'])('never answers on a hanging %s until it closes', async (medium) => {
    await arm(medium, { kind: 'hang', times: 1 });
    const client = await SmsClient.bound(farEnds.endpoints);
    const answers: Record<string, () => Promise<unknown>> = {
      mobilePush: () => push('device-1', 'd-1'),
      email: mail,
      sms: () => text(client),
    };
    let answered = false;
    const waiting = answers[medium]?.().then(
      () => {
        answered = true;
      },
      () => undefined,
    );
    await eventually('the message to hang', async () => {
      const states = (await (await call('/control/far-ends')).json()) as Record<string, { kind: string }>;
      return states[medium]?.kind === 'none';
    });
    await farEnds.close();
    await eventually('the connection to end', () => client.closed);
    if (medium !== 'sms') await waiting;
    expect(answered).toBe(false);
  });

  it('answers late by the delay', async () => {
    await call('/control/far-ends/sms/delay', 'PUT', { ms: 120 });
    const client = await SmsClient.bound(farEnds.endpoints);
    const startedAt = performance.now();
    await text(client);
    client.close();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(115);
  });

  it('does not start on a port that is taken', async () => {
    const { smscPort } = farEnds.endpoints;
    await expect(startFarEnds({ smscPort })).rejects.toMatchObject({ code: 'EADDRINUSE', port: smscPort });
  });
});
