import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import type { FaultSwitch } from '../faults/fault-switch';
import type { Inbox } from '../inbox/inbox';
import { AccessTokens, accessTokenSeconds } from './access-tokens';
import { refusalOf } from './assertion';
import {
  type FcmAnswer,
  notFound,
  permissionDenied,
  quotaExceeded,
  tooLarge,
  unauthenticated,
  unavailable,
} from './google-error';
import { createPlainHttp } from './plain-http';
import { readMessage } from './read-message';
import type { ServiceAccount } from './service-account';

/** What the FCM far end works with. */
export interface FcmParts {
  account: ServiceAccount;
  /** Known once the server listens. */
  tokenUrl: () => string;
  faults: FaultSwitch;
  inbox: Inbox;
}

const largestBodyBytes = 64 * 1_024;

/** A server that takes pushes like FCM HTTP v1: `POST /token` for the bearer token, then `messages:send`. */
export function createFcmServer(parts: FcmParts): Server {
  const endpoint = new FcmEndpoint(parts);
  return createPlainHttp((request, response) => {
    endpoint.answer(request).then(
      (answer) => (answer === 'close' ? request.socket.destroy() : write(response, answer)),
      () => request.socket.destroy(),
    );
  });
}

class FcmEndpoint {
  private readonly tokens = new AccessTokens();
  private readonly sendPath: RegExp = /^\/v1\/projects\/([^/]+)\/messages:send$/;

  constructor(private readonly parts: FcmParts) {}

  async answer(request: IncomingMessage): Promise<FcmAnswer | 'close'> {
    const text = await readBody(request);
    const path = (request.url ?? '').split('?')[0] ?? '';
    const project = this.sendPath.exec(path)?.[1];
    if (text === null) return tooLarge;
    if (request.method !== 'POST') return notFound;
    if (path === '/token') return this.token(text);
    if (project === undefined) return notFound;
    if (!this.tokens.accepts(request.headers.authorization)) return unauthenticated;
    if (project !== this.parts.account.credentials.project_id) return permissionDenied;
    return this.send(text, project);
  }

  private token(text: string): FcmAnswer {
    const { account, tokenUrl } = this.parts;
    const issuer = account.credentials.client_email ?? '';
    const rules = { publicKey: account.publicKey, issuer, audience: tokenUrl() };
    const refusal = refusalOf(new URLSearchParams(text), rules);
    if (refusal) return { status: 400, body: { ...refusal } };
    const body = { access_token: this.tokens.issue(), expires_in: accessTokenSeconds - 1, token_type: 'Bearer' };
    return { status: 200, body };
  }

  private async send(text: string, project: string): Promise<FcmAnswer | 'close'> {
    const fault = await this.parts.faults.next();
    if (fault === 'close') return 'close';
    if (fault === '429') return quotaExceeded;
    if (fault === '5xx') return unavailable;
    const read = readMessage(text);
    if ('refused' in read) return read.refused;
    const name = `projects/${project}/messages/`;
    if (read.validateOnly) return { status: 200, body: { name: `${name}fake_message_id` } };
    const messageId = `0:${Date.now()}%${randomBytes(8).toString('hex')}`;
    const message = { at: new Date().toISOString(), messageId, ...read.accepted };
    this.parts.inbox.accept('mobilePush', {
      identity: message.deliveryId ?? messageId,
      address: message.token,
      message,
    });
    return { status: 200, body: { name: name + messageId } };
  }
}

/** The body as text; null when it is too large, after reading it to its end so that the answer can be heard. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= largestBodyBytes) chunks.push(chunk);
  }
  return bytes > largestBodyBytes ? null : Buffer.concat(chunks).toString('utf8');
}

function write(response: ServerResponse, { status, body, headers }: FcmAnswer): void {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  response.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': length,
    ...headers,
  });
  response.end(text);
}
