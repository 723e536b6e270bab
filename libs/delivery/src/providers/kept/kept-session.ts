import { InvariantError, systemClock } from '@libs/foundation';
import {
  type HandOver,
  type InAppMessage,
  type InboxMessage,
  type KeptMessage,
  late,
  type OutboundMessage,
  type ProviderSession,
  type SendResult,
  type SessionOptions,
  type SettingProblem,
} from '../../contract';
import { numberSetting } from '../../settings';

/** For how long messages are kept when neither they nor the account say. */
export const usualLifetimeDays = 30;

const dayMs = 86_400_000;
const unspoken = new Set(['deliveryId', 'profileId', 'ttlSeconds', 'trigger', 'displayLimit', 'pauseSeconds']);

/** Hands messages to the store of the product, which knows a delivery id that it has seen. */
export class KeptSession implements ProviderSession {
  private readonly lifetimeMs: number;

  constructor(private readonly options: SessionOptions) {
    this.lifetimeMs = numberSetting(options.settings, 'lifetimeDays', usualLifetimeDays) * dayMs;
  }

  async verifySettings(): Promise<SettingProblem | null> {
    return null;
  }

  async sendBatch(messages: OutboundMessage[], handOver: HandOver): Promise<SendResult[]> {
    if (!this.options.keep) throw new InvariantError('Messages can be kept only where there is a store');
    if (!handOver.mayWrite()) return messages.map(({ deliveryId }) => late(deliveryId));
    try {
      await this.options.keep(messages.map((message) => this.toKept(message as InboxMessage | InAppMessage)));
      return messages.map(({ deliveryId }) => ({ outcome: 'ACCEPTED', deliveryId, providerMessageId: null }));
    } catch (error) {
      return messages.map(({ deliveryId }) => notKept(deliveryId, error as Error));
    }
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }

  private toKept(message: InboxMessage | InAppMessage): KeptMessage {
    const lifetimeMs = message.ttlSeconds === undefined ? this.lifetimeMs : message.ttlSeconds * 1_000;
    const { deliveryId, profileId } = message;
    return {
      deliveryId,
      profileId,
      content: Object.fromEntries(Object.entries(message).filter(([name]) => !unspoken.has(name))),
      expiresAt: new Date(systemClock.now().getTime() + Math.min(lifetimeMs, this.lifetimeMs)),
      trigger: 'trigger' in message ? message.trigger : null,
      displayLimit: 'displayLimit' in message ? (message.displayLimit ?? 1) : 1,
      pauseSeconds: 'pauseSeconds' in message ? (message.pauseSeconds ?? 0) : 0,
    };
  }
}

/** Whatever was stored is recognised when it comes again, so another try does no harm. */
function notKept(deliveryId: string, error: Error & { code?: string }): SendResult {
  const detail = `The message could not be stored (${error.code ?? error.name})`;
  return { outcome: 'RETRYABLE', deliveryId, reason: 'NOT_STORED', detail, retryAfterMs: null };
}
