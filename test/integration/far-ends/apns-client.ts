import { randomUUID, sign } from 'node:crypto';
import { connect } from 'node:http2';
import type { FarEndEndpoints } from '../../../apps/sandbox/src/far-ends';

/** What changes from test to test in a provider token. */
export interface TokenChange {
  iat?: number;
  iss?: string;
  kid?: string;
  alg?: string;
}

/** An `authorization` signed with the key of the far end's account. */
export function bearer(endpoints: FarEndEndpoints, change: TokenChange = {}): string {
  const { apnsKeyId, apnsTeamId, apnsPrivateKey: key } = endpoints;
  const { iat = Math.floor(Date.now() / 1_000), iss = apnsTeamId, kid = apnsKeyId, alg = 'ES256' } = change;
  const signed = `${encode({ alg, kid })}.${encode({ iss, iat })}`;
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `bearer ${signed}.${signature.toString('base64url')}`;
}

/** What a request says; the rest is as it should be. */
export interface NotificationRequest {
  token?: string;
  headers?: Record<string, string>;
  payload?: unknown;
}

/** An answer of APNs. */
export interface ApnsReply {
  status: number;
  id: string | undefined;
  reason: string | undefined;
}

/** Sends notifications over one connection, at the same time. `headers` replace those that a good request has; an empty one is left out. */
export async function notify(endpoints: FarEndEndpoints, ...requests: NotificationRequest[]): Promise<ApnsReply[]> {
  const session = connect(endpoints.apnsBaseUrl);
  const sendOne = ({ token = 'a1'.repeat(32), headers = {}, payload }: NotificationRequest): Promise<ApnsReply> =>
    new Promise((resolve, reject) => {
      const all = {
        ':method': 'POST',
        ':path': `/3/device/${token}`,
        authorization: bearer(endpoints),
        'apns-id': randomUUID(),
        'apns-topic': endpoints.apnsTopic,
        'apns-push-type': 'alert',
        ...headers,
      };
      const stream = session.request(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')));
      let head: Record<string, unknown> | null = null;
      let text = '';
      stream.setEncoding('utf8');
      stream.on('response', (received) => {
        head = received;
      });
      stream.on('data', (chunk: string) => {
        text += chunk;
      });
      stream.on('error', reject);
      stream.on('close', () => {
        if (!head) return reject(new Error('There was no answer'));
        const { reason } = (text === '' ? {} : JSON.parse(text)) as { reason?: string };
        resolve({ status: Number(head[':status']), id: head['apns-id'] as string, reason });
      });
      stream.end(typeof payload === 'string' ? payload : JSON.stringify(payload ?? { aps: { alert: 'Hello' } }));
    });
  try {
    return await Promise.all(requests.map(sendOne));
  } finally {
    session.close();
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
