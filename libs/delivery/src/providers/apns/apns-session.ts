import type { KeyObject } from 'node:crypto';
import {
  type ApnsEnvironment,
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
import type { Posted } from '../post';
import { notSealed, seal } from '../push/seal';
import { Line } from './line';
import { apnsId, headersOf, mostPayloadBytes, payloadOf } from './notification';
import { ProviderTokens } from './provider-tokens';
import { reasonOf, resultOf } from './result';
import { problemOf } from './verify';

const hosts: Record<ApnsEnvironment, string> = {
  PRODUCTION: 'api.push.apple.com',
  SANDBOX: 'api.sandbox.push.apple.com',
};
/** No device has it. */
const nobody: PushMessage = { deliveryId: 'nobody', token: '0'.repeat(64), platform: 'IOS', title: '', body: '' };

/**
 * An open APNs account: one connection to each of Apple's two hosts, with many requests at a time. Whatever stands in
 * for both hosts is told by `:authority` which of them is meant.
 */
export class ApnsSession implements ProviderSession {
  private readonly tokens: ProviderTokens;
  private readonly topic: string;
  private readonly lines: Record<ApnsEnvironment, Line>;

  constructor(key: KeyObject, { settings, assertPublicHost, lookup }: SessionOptions, answerWithinMs = 20_000) {
    const [keyId, teamId] = [textSetting(settings, 'keyId'), textSetting(settings, 'teamId')];
    this.tokens = new ProviderTokens({ key, keyId, teamId });
    this.topic = textSetting(settings, 'topic');
    const base = textSetting(settings, 'baseUrl').replace(/\/$/, '');
    const options = { assertPublicHost, lookup, answerWithinMs };
    const line = (host: string): Line => new Line(base || `https://${host}`, options);
    this.lines = { PRODUCTION: line(hosts.PRODUCTION), SANDBOX: line(hosts.SANDBOX) };
  }

  /** Writes to a device that does not exist: whoever hears that it does not exist was let in. */
  async verifySettings(): Promise<SettingProblem | null> {
    const first = await this.tryAt('PRODUCTION');
    return problemOf(first.reason === 'BadEnvironmentKeyIdInToken' ? await this.tryAt('SANDBOX') : first);
  }

  async sendBatch(messages: OutboundMessage[], handOver: HandOver): Promise<SendResult[]> {
    return Promise.all(messages.map((message) => this.send(message as PushMessage, handOver)));
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.lines).map((line) => line.close()));
  }

  private async send(message: PushMessage, handOver: HandOver): Promise<SendResult> {
    const { deliveryId } = message;
    const sealed = seal(message);
    if (!sealed) return notSealed(deliveryId);
    const body = payloadOf(sealed);
    if (body.length > mostPayloadBytes) return tooLarge(deliveryId, body.length);
    return readPosted(deliveryId, await this.post(message, { body, handOver }));
  }

  private post(message: PushMessage, { body, handOver }: { body: Buffer; handOver: HandOver }): Promise<Posted> {
    const environment = message.apnsEnvironment ?? 'PRODUCTION';
    const headers = {
      ...headersOf(message, this.topic),
      ':authority': hosts[environment],
      authorization: this.tokens.header(),
    };
    return this.lines[environment].post({ headers, body }, handOver);
  }

  private async tryAt(apnsEnvironment: ApnsEnvironment): Promise<{ status: number; reason: string }> {
    const message = { ...nobody, apnsEnvironment };
    const posted = await this.post(message, {
      body: payloadOf(message),
      handOver: { mayWrite: () => true, isUrgent: true },
    });
    if (posted.kind === 'ANSWERED') return { status: posted.status, reason: reasonOf(posted) };
    return { status: 0, reason: posted.kind === 'LATE' ? posted.kind : (posted.error.code ?? 'UNKNOWN') };
  }
}

function readPosted(deliveryId: string, posted: Posted): SendResult {
  if (posted.kind === 'ANSWERED') return resultOf(deliveryId, apnsId(deliveryId), posted);
  if (posted.kind === 'LATE') return late(deliveryId);
  const reason = posted.error.code ?? 'UNKNOWN';
  if (posted.kind === 'NO_ANSWER') {
    return { outcome: 'UNCERTAIN', deliveryId, reason, detail: `APNs gave no answer (${reason})` };
  }
  const detail = `APNs took nothing (${reason})`;
  return { outcome: 'RETRYABLE', deliveryId, reason, detail, retryAfterMs: null };
}

function tooLarge(deliveryId: string, bytes: number): SendResult {
  const detail = `The payload has ${bytes} bytes; ${mostPayloadBytes} fit`;
  return { outcome: 'REJECTED', deliveryId, reason: 'PAYLOAD_TOO_LARGE', detail, isAddressDead: false };
}
