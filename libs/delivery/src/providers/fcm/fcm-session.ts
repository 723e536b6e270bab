import { Agent, type Dispatcher } from 'undici';
import {
  connectionsPerHost,
  type HandOver,
  late,
  type OutboundMessage,
  type ProviderSession,
  type PushMessage,
  type SendResult,
  type SessionOptions,
  type SettingProblem,
} from '../../contract';
import { textSetting } from '../../settings';
import { type Posted, post } from '../post';
import { notSealed, seal } from '../push/seal';
import { Window } from '../window';
import { type AccessTokenError, AccessTokens } from './access-token';
import { messageBody } from './message-body';
import { resultOf } from './result';
import type { ServiceAccount } from './service-account';

/** Where FCM listens unless a setting says otherwise. */
export const fcmBaseUrl = 'https://fcm.googleapis.com';

const timeoutMs = 20_000;

/** An open FCM account: one request per message over kept HTTP/1.1 connections, access token shared. */
export class FcmSession implements ProviderSession {
  private readonly origin: string;
  private readonly path: string;
  private readonly tokens: AccessTokens;
  private readonly dispatcher: Dispatcher;
  private readonly ownsDispatcher: boolean;
  private readonly window = new Window(connectionsPerHost);

  constructor(account: ServiceAccount, { settings, dispatcher }: SessionOptions) {
    this.origin = textSetting(settings, 'baseUrl', fcmBaseUrl).replace(/\/$/, '');
    this.path = `/v1/projects/${encodeURIComponent(account.projectId)}/messages:send`;
    this.ownsDispatcher = dispatcher === undefined;
    this.dispatcher = dispatcher ?? new Agent({ connections: connectionsPerHost });
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

  async sendBatch(messages: OutboundMessage[], handOver: HandOver): Promise<SendResult[]> {
    return Promise.all(messages.map((message) => this.send(message as PushMessage, handOver)));
  }

  async close(): Promise<void> {
    if (this.ownsDispatcher) await this.dispatcher.close();
  }

  private async send(message: PushMessage, handOver: HandOver): Promise<SendResult> {
    const { deliveryId } = message;
    const sealed = seal(message);
    if (!sealed) return notSealed(deliveryId);
    const token = await this.tokens.get().catch((error: unknown) => error as AccessTokenError);
    if (typeof token !== 'string') return notWritten(deliveryId, token.code, token.message);
    const body = messageBody(sealed);
    const posted = await this.post(token, body, handOver);
    if (!isTokenRefused(posted)) return readPosted(deliveryId, posted);
    this.tokens.drop(token);
    const fresh = await this.tokens.get().catch(() => token);
    return readPosted(deliveryId, fresh === token ? posted : await this.post(fresh, body, handOver));
  }

  private post(token: string, body: string, handOver: HandOver): Promise<Posted> {
    const request = {
      origin: this.origin,
      path: this.path,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    };
    return this.window.run(() => post(this.dispatcher, handOver, request), handOver.isUrgent);
  }
}

/** A 401 may also be about Apple's certificate, which a fresh access token does not mend. */
function isTokenRefused(posted: Posted): boolean {
  return posted.kind === 'ANSWERED' && posted.status === 401 && !posted.text.includes('THIRD_PARTY_AUTH_ERROR');
}

function readPosted(deliveryId: string, posted: Posted): SendResult {
  if (posted.kind === 'ANSWERED') {
    const { status, retryAfter, text } = posted;
    return resultOf(deliveryId, { status, retryAfter, body: parse(text) });
  }
  if (posted.kind === 'LATE') return late(deliveryId);
  const reason = posted.error.code ?? 'UNKNOWN';
  if (posted.kind === 'NOT_WRITTEN') return notWritten(deliveryId, reason, `FCM cannot be reached (${reason})`);
  return { outcome: 'UNCERTAIN', deliveryId, reason, detail: `FCM gave no answer (${reason})` };
}

function notWritten(deliveryId: string, reason: string, detail: string): SendResult {
  return { outcome: 'RETRYABLE', deliveryId, reason, detail, retryAfterMs: null };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
