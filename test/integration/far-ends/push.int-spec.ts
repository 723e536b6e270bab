import { connect } from 'node:http2';
import { gaxios, JWT } from 'google-auth-library';
import { Agent, request } from 'undici';
import { type FarEnds, startFarEnds } from '../../../apps/sandbox/src/far-ends';
import { requestToken, sendPush, signedAssertion } from './push-client';

describe('the FCM far end', () => {
  let farEnds: FarEnds;

  beforeEach(async () => {
    farEnds = await startFarEnds();
  });

  afterEach(() => farEnds.close());

  const pushes = () => farEnds.inbox.report().mobilePush;

  it('gives a token for an assertion of its service account', async () => {
    const { fcmTokenUrl } = farEnds.endpoints;
    const { status, body } = await requestToken(fcmTokenUrl, signedAssertion(farEnds.endpoints));
    expect(status).toBe(200);
    expect(body).toMatchObject({ access_token: expect.any(String), expires_in: 3599, token_type: 'Bearer' });
  });

  it("gives a token to Google's own client", async () => {
    const { fcmServiceAccount, fcmTokenUrl } = farEnds.endpoints;
    const transporter = new gaxios.Gaxios();
    transporter.interceptors.request.add({
      resolved: (config) => Promise.resolve({ ...config, url: new URL(fcmTokenUrl), fetchImplementation: fetch }),
    });
    const scopes = ['https://www.googleapis.com/auth/firebase.messaging'];
    const { client_email: email, private_key: key } = fcmServiceAccount;
    const { access_token } = await new JWT({ email, key, scopes, transporter }).authorize();
    const sent = await sendPush(farEnds.endpoints, { token: 'device-1' }, `Bearer ${access_token}`);
    expect(sent.status).toBe(200);
  });

  it.each([
    ['made for another audience', { aud: 'https://example.com/token' }],
    ['past its expiry', { iat: 1_700_000_000, exp: 1_700_003_600 }],
    ['that lives longer than an hour', { exp: Math.floor(Date.now() / 1_000) + 7_200 }],
  ])('gives no token for an assertion %s', async (_, change) => {
    const assertion = signedAssertion(farEnds.endpoints, change);
    const { status, body } = await requestToken(farEnds.endpoints.fcmTokenUrl, assertion);
    expect(status).toBe(400);
    expect(body.error).toBe('invalid_grant');
  });

  it('gives no token for an assertion signed with another key', async () => {
    const other = await startFarEnds();
    await other.close();
    const endpoints = { ...other.endpoints, fcmTokenUrl: farEnds.endpoints.fcmTokenUrl };
    const { status } = await requestToken(farEnds.endpoints.fcmTokenUrl, signedAssertion(endpoints));
    expect(status).toBe(400);
  });

  it('accepts a push and shows it', async () => {
    const sent = await sendPush(farEnds.endpoints, {
      token: 'device-1',
      notification: { title: 'Free spins', body: 'Play today' },
      data: { deliveryId: 'd-1', url: 'app://spins' },
    });
    expect(sent.status).toBe(200);
    expect(sent.body.name).toMatch(/^projects\/far-end-sandbox\/messages\/.+/);
    expect(pushes()).toMatchObject({ received: 1, unique: 1, duplicates: 0, recipients: 1 });
    expect(pushes().last[0]).toMatchObject({
      token: 'device-1',
      title: 'Free spins',
      body: 'Play today',
      deliveryId: 'd-1',
      data: { url: 'app://spins' },
    });
  });

  it('tells a delivery that came twice from two deliveries', async () => {
    for (const deliveryId of ['d-1', 'd-2', 'd-1']) {
      await sendPush(farEnds.endpoints, { token: 'device-1', data: { deliveryId } });
    }
    expect(pushes()).toMatchObject({ received: 3, unique: 2, duplicates: 1, recipients: 1 });
  });

  it.each([
    ['a token of no app any more', { token: 'unregistered-1' }, 404, 'UNREGISTERED'],
    ['a malformed token', { token: 'invalid-1' }, 400, 'INVALID_ARGUMENT'],
    ['no token', { notification: { title: 'Hello' } }, 400, 'INVALID_ARGUMENT'],
    ['data that is not text', { token: 'device-1', data: { amount: 5 } }, 400, 'INVALID_ARGUMENT'],
    ['a payload above 4096 bytes', { token: 'device-1', data: { text: 'x'.repeat(4_096) } }, 400, 'INVALID_ARGUMENT'],
  ])('refuses %s', async (_, message, status, errorCode) => {
    const sent = await sendPush(farEnds.endpoints, message);
    expect(sent.status).toBe(status);
    expect(sent.body.error).toMatchObject({ code: status, details: [{ errorCode }] });
    expect(pushes().received).toBe(0);
  });

  it.each(['Bearer ya29.99999999999.forged', 'Bearer ', 'Basic abc'])(
    'refuses the credentials "%s"',
    async (header) => {
      const sent = await sendPush(farEnds.endpoints, { token: 'device-1' }, header);
      expect(sent.status).toBe(401);
      expect(sent.body.error?.status).toBe('UNAUTHENTICATED');
    },
  );

  it('answers many requests over few connections', async () => {
    const { fcmBaseUrl, fcmServiceAccount, fcmTokenUrl } = farEnds.endpoints;
    const token = await requestToken(fcmTokenUrl, signedAssertion(farEnds.endpoints));
    const dispatcher = new Agent({ connections: 20 });
    const send = async (number: number) => {
      const { statusCode, body } = await request(
        `${fcmBaseUrl}/v1/projects/${fcmServiceAccount.project_id}/messages:send`,
        {
          dispatcher,
          method: 'POST',
          headers: { authorization: `Bearer ${token.body.access_token}` },
          body: JSON.stringify({ message: { token: `device-${number}`, data: { deliveryId: `d-${number}` } } }),
        },
      );
      await body.dump();
      return statusCode;
    };
    const statuses = await Promise.all(Array.from({ length: 1_000 }, (_, number) => send(number)));
    await dispatcher.close();
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(pushes()).toMatchObject({ received: 1_000, unique: 1_000, duplicates: 0, recipients: 1_000 });
    expect(pushes().last).toHaveLength(500);
  });

  it('speaks HTTP/2 on the same port', async () => {
    const { fcmBaseUrl, fcmServiceAccount, fcmTokenUrl } = farEnds.endpoints;
    const token = await requestToken(fcmTokenUrl, signedAssertion(farEnds.endpoints));
    const session = connect(fcmBaseUrl);
    const sendOne = (number: number) =>
      new Promise<number | undefined>((resolve, reject) => {
        const stream = session.request({
          ':method': 'POST',
          ':path': `/v1/projects/${fcmServiceAccount.project_id}/messages:send`,
          authorization: `Bearer ${token.body.access_token}`,
        });
        let status: number | undefined;
        stream.on('response', (headers) => {
          status = headers[':status'];
        });
        stream
          .on('error', reject)
          .on('end', () => resolve(status))
          .resume();
        stream.end(JSON.stringify({ message: { token: `device-${number}` } }));
      });
    const statuses = await Promise.all(Array.from({ length: 50 }, (_, number) => sendOne(number)));
    session.close();
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(pushes().received).toBe(50);
  });
});
