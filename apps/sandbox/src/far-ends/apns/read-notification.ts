import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http2';
import type { ReceivedApns } from '../inbox/messages';
import { type ApnsAnswer, refusal } from './apns-answer';

const mostPayloadBytes = 4_096;
const mostCollapseBytes = 64;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const deviceToken = /^(?:[0-9a-f]{2}){32,100}$/i;
/** What tokens begin with that stand for something. */
const beginnings = { dead: /^dead/i, unknown: /^0000/, ofSandbox: /^5b/i };

/** A request as it came. */
export interface ApnsRequest {
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** What a sender asked for, or the answer it gets. */
export type ReadNotification = { accepted: ReceivedApns } | { refused: ApnsAnswer };

/** Judges a request in the order of its parts, as Apple's table of reasons has it. */
export function readNotification({ headers, body }: ApnsRequest, topic: string): ReadNotification {
  const token = /^\/3\/device\/([^/]*)$/.exec(headers[':path'] ?? '')?.[1];
  const environment = headers[':authority'] === 'api.sandbox.push.apple.com' ? 'SANDBOX' : 'PRODUCTION';
  const payload = objectOf(body);
  const refused =
    (token === undefined ? refusal(404, 'BadPath') : null) ??
    headerRefusal(headers, topic) ??
    payloadRefusal(body, payload) ??
    tokenRefusal(token ?? '', environment);
  if (refused) return { refused };
  const id = textOf(headers['apns-id']) ?? randomUUID();
  return {
    accepted: { ...shownOf(payload ?? {}), ...sentAs(headers), messageId: id, token: token ?? '', environment },
  };
}

function headerRefusal(headers: IncomingHttpHeaders, topic: string): ApnsAnswer | null {
  if (headers[':method'] !== 'POST') return refusal(405, 'MethodNotAllowed');
  const of = (name: string): string | null => textOf(headers[name]);
  const wrong: [isWrong: boolean, reason: string][] = [
    [of('apns-id') !== null && !uuid.test(of('apns-id') ?? ''), 'BadMessageId'],
    [of('apns-topic') === null, 'MissingTopic'],
    [of('apns-topic') !== topic, 'TopicDisallowed'],
    [of('apns-push-type') !== 'alert', 'InvalidPushType'],
    [!['1', '5', '10'].includes(of('apns-priority') ?? '10'), 'BadPriority'],
    [!/^\d{1,15}$/.test(of('apns-expiration') ?? '0'), 'BadExpirationDate'],
    [Buffer.byteLength(of('apns-collapse-id') ?? '') > mostCollapseBytes, 'BadCollapseId'],
  ];
  const first = wrong.find(([isWrong]) => isWrong);
  return first ? refusal(400, first[1]) : null;
}

function payloadRefusal(body: Buffer, payload: Record<string, unknown> | null): ApnsAnswer | null {
  if (body.length > mostPayloadBytes) return refusal(413, 'PayloadTooLarge');
  return payload && Object(payload.aps) === payload.aps ? null : refusal(400, 'PayloadEmpty');
}

function tokenRefusal(token: string, environment: 'PRODUCTION' | 'SANDBOX'): ApnsAnswer | null {
  if (token === '') return refusal(400, 'MissingDeviceToken');
  const isOfSandbox = beginnings.ofSandbox.test(token);
  if (!deviceToken.test(token) || beginnings.unknown.test(token) || isOfSandbox !== (environment === 'SANDBOX')) {
    return refusal(400, 'BadDeviceToken');
  }
  return beginnings.dead.test(token) ? { status: 410, reason: 'Unregistered', timestamp: Date.now() } : null;
}

function shownOf({
  aps,
  ...own
}: Record<string, unknown>): Omit<ReceivedApns, keyof Sent | 'messageId' | 'token' | 'environment'> {
  const { alert, badge } = Object(aps) as { alert?: unknown; badge?: unknown };
  const { title, subtitle, body } = Object(typeof alert === 'string' ? { body: alert } : alert) as Record<
    string,
    unknown
  >;
  const { deliveryId, image, ...data } = own;
  return {
    at: new Date().toISOString(),
    deliveryId: textOf(deliveryId),
    title: textOf(title) ?? '',
    subtitle: textOf(subtitle),
    body: textOf(body) ?? '',
    badge: typeof badge === 'number' ? badge : null,
    image: textOf(image),
    aps: Object(aps) as Record<string, unknown>,
    data: Object.fromEntries(
      Object.entries(data).map(([name, value]) => [name, textOf(value) ?? JSON.stringify(value)]),
    ),
  };
}

type Sent = Pick<ReceivedApns, 'priority' | 'collapseId' | 'expiration'>;

function sentAs(headers: IncomingHttpHeaders): Sent {
  const expiration = textOf(headers['apns-expiration']);
  return {
    priority: Number(headers['apns-priority'] ?? 10),
    collapseId: textOf(headers['apns-collapse-id']),
    expiration: expiration === null ? null : Number(expiration),
  };
}

function objectOf(body: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
