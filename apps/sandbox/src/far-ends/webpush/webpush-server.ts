import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { FaultSwitch } from '../faults/fault-switch';
import type { Inbox } from '../inbox/inbox';
import { decrypt } from './decrypt';
import { readNotification } from './read-notification';
import { type Browser, pushServiceOrigin, type Subscriptions } from './subscriptions';
import { vapidRefusal } from './vapid';

/** What the push service works with. */
export interface WebPushParts {
  subscriptions: Subscriptions;
  faults: FaultSwitch;
  inbox: Inbox;
}

interface Answer {
  status: number;
  reason?: string;
  headers?: Record<string, string>;
}

/** Every push service must take so much (RFC 8030 §7.2); this one takes no more. */
const largestBodyBytes = 4_096;
/** RFC 8030 §5.4. */
const topic = /^[A-Za-z0-9_-]{1,32}$/;
const keepAliveMs = 120_000;

/** A push service that takes messages by RFC 8030, checks who sent them and opens them as the browser would. */
export function createWebPushServer(parts: WebPushParts): Server {
  return createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
    answer(request, parts).then(
      (given) => (given === 'close' ? request.socket.destroy() : write(response, given)),
      () => request.socket.destroy(),
    );
  });
}

async function answer(request: IncomingMessage, parts: WebPushParts): Promise<Answer | 'close'> {
  const body = await readBody(request);
  const fault = await parts.faults.next();
  if (fault === 'close') return 'close';
  if (fault === '429') return { status: 429, headers: { 'retry-after': '2' } };
  if (fault === '5xx') return { status: 503 };
  const id = /^\/send\/([\w-]+)$/.exec(request.url ?? '')?.[1];
  if (request.method !== 'POST' || id === undefined) return { status: 404, reason: 'No such endpoint' };
  const browser = parts.subscriptions.find(id);
  if (!browser) return { status: 410, reason: 'The subscription is gone' };
  return refusalOf(request, body, browser) ?? accept(request, { body, browser, parts });
}

function refusalOf({ headers }: IncomingMessage, body: Buffer, browser: Browser): Answer | null {
  const wantedKey = browser.applicationServerKey;
  const refusal = vapidRefusal(headers.authorization, { audience: pushServiceOrigin, wantedKey });
  if (refusal) return refusal;
  if (!/^\d+$/.test(String(headers.ttl))) return { status: 400, reason: 'TTL is required' };
  if (headers.topic !== undefined && !topic.test(String(headers.topic)))
    return { status: 400, reason: 'Invalid topic' };
  if (headers['content-encoding'] !== 'aes128gcm') return { status: 415, reason: 'Send aes128gcm' };
  return body.length > largestBodyBytes ? { status: 413, reason: 'Too large' } : null;
}

function accept(
  { headers }: IncomingMessage,
  { body, browser, parts }: { body: Buffer; browser: Browser; parts: WebPushParts },
): Answer {
  const text = decrypt(body, browser);
  if (text === null) return { status: 400, reason: 'The browser cannot open it' };
  const messageId = `/message/${randomBytes(12).toString('base64url')}`;
  const shown = readNotification(text);
  parts.inbox.accept('webPush', {
    identity: shown.deliveryId ?? messageId,
    address: browser.endpoint,
    message: {
      at: new Date().toISOString(),
      messageId,
      endpoint: browser.endpoint,
      ttlSeconds: Number(headers.ttl),
      topic: headers.topic === undefined ? null : String(headers.topic),
      ...shown,
    },
  });
  return { status: 201, headers: { location: `${pushServiceOrigin}${messageId}` } };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= 2 * largestBodyBytes) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function write(response: ServerResponse, { status, reason = '', headers }: Answer): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(reason), ...headers });
  response.end(reason);
}
