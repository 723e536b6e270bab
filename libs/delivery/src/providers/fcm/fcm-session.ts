import { Agent, type Dispatcher } from 'undici';
import type {
  OutboundMessage,
  ProviderSession,
  PushMessage,
  SendResult,
  SessionOptions,
  SettingProblem,
} from '../../contract';
import { textSetting } from '../../settings';
import { AccessTokenError, AccessTokens } from './access-token';
import { messageBody } from './message-body';
import { type FcmAnswer, resultOf } from './result';
import type { ServiceAccount } from './service-account';

/** Where FCM listens unless a setting says otherwise. */
export const fcmBaseUrl = 'https://fcm.googleapis.com';

const timeoutMs = 20_000;
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'OUTBOUND_REFUSED',
  'EHOSTUNREACH',
]);

/** An open FCM account: one request per message over kept HTTP/1.1 connections, access token shared. */
export class FcmSession implements ProviderSession {
  private readonly origin: string;
  private readonly path: string;
  private readonly tokens: AccessTokens;
  private readonly dispatcher: Dispatcher;
  private readonly ownsDispatcher: boolean;

  constructor(account: ServiceAccount, { settings, dispatcher }: SessionOptions) {
    this.origin = textSetting(settings, 'baseUrl', fcmBaseUrl).replace(/\/$/, '');
    this.path = `/v1/projects/${encodeURIComponent(account.projectId)}/messages:send`;
    this.ownsDispatcher = dispatcher === undefined;
    this.dispatcher = dispatcher ?? new Agent({ connections: 64 });
    this.tokens = new AccessTokens(account, this.dispatcher);
  }

  async verifySettings(): Promise<SettingProblem | null> {
    try {
      await this.tokens.get();
      return null;
    } catch (error) {
      return { field: 'serviceAccount', message: (error as Error).message };
    }
  }

  async sendBatch(messages: OutboundMessage[]): Promise<SendResult[]> {
    return Promise.all(messages.map((message) => this.send(message as PushMessage)));
  }

  async close(): Promise<void> {
    if (this.ownsDispatcher) await this.dispatcher.close();
  }

  private async send(message: PushMessage): Promise<SendResult> {
    const token = await this.tokens.get().catch((error: unknown) => error as AccessTokenError);
    if (typeof token !== 'string') return notStarted(message.deliveryId, token.code, token.message);
    const body = messageBody(message);
    const result = await this.post(message.deliveryId, token, body);
    if (result.outcome !== 'REJECTED' || result.reason !== 'UNAUTHENTICATED') return result;
    this.tokens.drop(token);
    const fresh = await this.tokens.get().catch(() => null);
    return fresh && fresh !== token ? this.post(message.deliveryId, fresh, body) : result;
  }

  private async post(deliveryId: string, token: string, body: string): Promise<SendResult> {
    try {
      return resultOf(deliveryId, await this.exchange(token, body));
    } catch (error) {
      const { code = 'UNKNOWN', cause } = error as { code?: string; cause?: { code?: string } };
      const reason = cause?.code ?? code;
      if (neverSent.has(reason)) return notStarted(deliveryId, reason, `FCM cannot be reached (${reason})`);
      return { outcome: 'UNCERTAIN', deliveryId, reason, detail: `FCM gave no answer (${reason})` };
    }
  }

  private async exchange(token: string, body: string): Promise<FcmAnswer> {
    const {
      statusCode,
      headers,
      body: answer,
    } = await this.dispatcher.request({
      origin: this.origin,
      path: this.path,
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    const text = await answer.text().catch(() => '');
    const retryAfter = headers['retry-after'];
    return { status: statusCode, retryAfter: typeof retryAfter === 'string' ? retryAfter : null, body: parse(text) };
  }
}

function notStarted(deliveryId: string, reason: string, detail: string): SendResult {
  return { outcome: 'RETRYABLE', deliveryId, reason, detail, retryAfterMs: null };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
