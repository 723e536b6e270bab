import { isIP } from 'node:net';
import { Agent, type Dispatcher } from 'undici';
import {
  connectionsPerHost,
  type HandOver,
  late,
  type OutboundMessage,
  type ProviderSession,
  type SendResult,
  type SessionOptions,
  type SettingProblem,
  type WebPushMessage,
} from '../../contract';
import { textSetting } from '../../settings';
import { type Posted, post } from '../post';
import { encrypt, mostPlaintextBytes } from '../push/encrypt';
import { Window } from '../window';
import { payloadOf } from './payload';
import { resultOf } from './result';
import { VapidTokens } from './vapid';

const timeoutMs = 20_000;
const usualTtlSeconds = 3 * 86_400;
const longestTtlSeconds = 28 * 86_400;

/** Transport failures: nothing was written, whether by the network's or by the endpoint's fault. */
const unreachable = 'UNREACHABLE';

/** An open web-push account: one request per message to the push service that the browser chose. */
export class WebPushSession implements ProviderSession {
  private readonly tokens: VapidTokens;
  private readonly relay: string;
  private readonly dispatcher: Dispatcher;
  private readonly ownsDispatcher: boolean;
  private readonly assertPublicHost: SessionOptions['assertPublicHost'];
  /** By origin, while something goes there. */
  private readonly windows = new Map<string, Window>();

  constructor({ settings, dispatcher, assertPublicHost }: SessionOptions) {
    this.assertPublicHost = assertPublicHost;
    const keys = { publicKey: textSetting(settings, 'publicKey'), privateKey: textSetting(settings, 'privateKey') };
    this.tokens = new VapidTokens(keys, textSetting(settings, 'subject'));
    this.relay = textSetting(settings, 'baseUrl').replace(/\/$/, '');
    this.ownsDispatcher = dispatcher === undefined;
    this.dispatcher = dispatcher ?? new Agent({ connections: connectionsPerHost });
  }

  /** There is nobody to ask: push services know keys only by the messages signed with them. */
  async verifySettings(): Promise<SettingProblem | null> {
    return null;
  }

  async sendBatch(messages: OutboundMessage[], handOver: HandOver): Promise<SendResult[]> {
    const results = await Promise.all(messages.map((message) => this.send(message as WebPushMessage, handOver)));
    return results.every(isUnreachable) ? results : results.map(blameEndpoint);
  }

  async close(): Promise<void> {
    if (this.ownsDispatcher) await this.dispatcher.close();
  }

  private async send(message: WebPushMessage, handOver: HandOver): Promise<SendResult> {
    const { deliveryId } = message;
    const payload = payloadOf(message);
    if (payload.length > mostPlaintextBytes) return tooLarge(deliveryId, payload.length);
    const sealed = sealFor(message, payload);
    const endpoint = URL.canParse(message.endpoint) ? new URL(message.endpoint) : null;
    if (!sealed || !endpoint?.protocol.startsWith('http') || !(await this.mayReach(endpoint))) {
      return noSubscription(deliveryId);
    }
    return readPosted(deliveryId, await this.post(message, { endpoint, sealed, handOver }));
  }

  /** The dispatcher checks names as they are resolved; an address that stands in the URL is never looked up. */
  private async mayReach({ hostname }: URL): Promise<boolean> {
    const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) > 0;
    if (!isAddress || !this.assertPublicHost || this.relay) return true;
    return this.assertPublicHost(hostname).then(
      () => true,
      () => false,
    );
  }

  private post(
    message: WebPushMessage,
    { endpoint, sealed, handOver }: { endpoint: URL; sealed: Buffer; handOver: HandOver },
  ): Promise<Posted> {
    const origin = this.relay || endpoint.origin;
    const request = {
      origin,
      path: endpoint.pathname + endpoint.search,
      headers: {
        authorization: this.tokens.headerFor(endpoint.origin),
        'content-encoding': 'aes128gcm',
        'content-type': 'application/octet-stream',
        ttl: String(Math.min(message.ttlSeconds ?? usualTtlSeconds, longestTtlSeconds)),
        urgency: 'high',
        ...(message.collapseKey ? { topic: message.collapseKey } : {}),
      },
      body: sealed,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    };
    return this.inTurn(origin, () => post(this.dispatcher, handOver, request), handOver.isUrgent);
  }

  private async inTurn(origin: string, work: () => Promise<Posted>, isUrgent: boolean): Promise<Posted> {
    const window = this.windows.get(origin) ?? new Window(connectionsPerHost);
    this.windows.set(origin, window);
    try {
      return await window.run(work, isUrgent);
    } finally {
      if (window.isIdle) this.windows.delete(origin);
    }
  }
}

/** Null when the keys are none. */
function sealFor({ p256dh, auth }: WebPushMessage, payload: Buffer): Buffer | null {
  try {
    return encrypt(payload, { p256dh: Buffer.from(p256dh, 'base64url'), auth: Buffer.from(auth, 'base64url') });
  } catch {
    return null;
  }
}

function readPosted(deliveryId: string, posted: Posted): SendResult {
  if (posted.kind === 'ANSWERED') return resultOf(deliveryId, posted);
  if (posted.kind === 'LATE') return late(deliveryId);
  const code = posted.error.code ?? 'UNKNOWN';
  if (posted.kind === 'NO_ANSWER') {
    return { outcome: 'UNCERTAIN', deliveryId, reason: code, detail: `The push service gave no answer (${code})` };
  }
  if (code === 'OUTBOUND_REFUSED') return noSubscription(deliveryId);
  const detail = `The push service cannot be reached (${code})`;
  return { outcome: 'RETRYABLE', deliveryId, reason: unreachable, detail, retryAfterMs: null };
}

function isUnreachable(result: SendResult): boolean {
  return result.outcome === 'RETRYABLE' && result.reason === unreachable;
}

/** Others got through, so it is not the network: a browser's endpoint that does not exist must not pause the account. */
function blameEndpoint(result: SendResult): SendResult {
  return result.outcome === 'RETRYABLE' && result.reason === unreachable ? { ...result, isAboutMessage: true } : result;
}

function tooLarge(deliveryId: string, bytes: number): SendResult {
  const detail = `The message has ${bytes} bytes; ${mostPlaintextBytes} fit`;
  return { outcome: 'REJECTED', deliveryId, reason: 'PAYLOAD_TOO_LARGE', detail, isAddressDead: false };
}

function noSubscription(deliveryId: string): SendResult {
  const detail = 'The endpoint or the keys of the subscription are not usable';
  return { outcome: 'REJECTED', deliveryId, reason: 'INVALID_SUBSCRIPTION', detail, isAddressDead: true };
}
