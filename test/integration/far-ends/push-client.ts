import { createSign } from 'node:crypto';
import type { FarEndEndpoints } from '../../../apps/sandbox/src/far-ends';

/** The claims of an assertion that change from test to test. */
export interface AssertionChange {
  aud?: string;
  iat?: number;
  exp?: number;
}

/** An assertion signed with the private key of the service account. */
export function signedAssertion(
  { fcmServiceAccount, fcmTokenUrl }: FarEndEndpoints,
  change: AssertionChange = {},
): string {
  const iat = Math.floor(Date.now() / 1_000);
  const scope = 'https://www.googleapis.com/auth/firebase.messaging';
  const claims = { iss: fcmServiceAccount.client_email, scope, aud: fcmTokenUrl, iat, exp: iat + 3_600, ...change };
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  const signature = createSign('RSA-SHA256')
    .update(signed)
    .sign(fcmServiceAccount.private_key ?? '', 'base64url');
  return `${signed}.${signature}`;
}

/** Posts an assertion to the token endpoint. */
export async function requestToken(
  tokenUrl: string,
  assertion: string,
): Promise<{ status: number; body: TokenAnswer }> {
  const body = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion });
  const response = await fetch(tokenUrl, { method: 'POST', body });
  return { status: response.status, body: (await response.json()) as TokenAnswer };
}

interface TokenAnswer {
  access_token?: string;
  expires_in?: number;
  error?: string;
}

/** Sends a message to the project of the service account; `authorization` replaces a token asked for it. */
export async function sendPush(
  endpoints: FarEndEndpoints,
  message: Record<string, unknown>,
  authorization?: string,
): Promise<{ status: number; headers: Headers; body: SendAnswer }> {
  const token = await requestToken(endpoints.fcmTokenUrl, signedAssertion(endpoints));
  const project = endpoints.fcmServiceAccount.project_id;
  const response = await fetch(`${endpoints.fcmBaseUrl}/v1/projects/${project}/messages:send`, {
    method: 'POST',
    headers: {
      authorization: authorization ?? `Bearer ${token.body.access_token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ message }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as SendAnswer };
}

interface SendAnswer {
  name?: string;
  error?: { code: number; status: string; details?: { errorCode: string }[] };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
