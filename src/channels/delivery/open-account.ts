import type { HandOver, OutboundMessage, ProviderSession, SendResult } from '@libs/delivery';
import { AccountBreaker } from './account-breaker';

/** A session with the version it was opened for; it closes once nothing is under way. */
export class OpenAccount {
  private underWay = new Set<Promise<unknown>>();
  private readonly breaker = new AccountBreaker();

  constructor(
    readonly version: number,
    private readonly session: ProviderSession,
  ) {}

  sendBatch(messages: OutboundMessage[], handOver: HandOver): Promise<SendResult[]> {
    const batch = this.breaker.run(messages, () => this.session.sendBatch(messages, handOver));
    this.underWay.add(batch);
    return batch.finally(() => this.underWay.delete(batch));
  }

  /** Milliseconds until the account is tried again; 0 while it is in use. */
  waitMs(): number {
    return this.breaker.waitMs();
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.underWay);
    await this.session.close();
  }
}

/** The answer for messages that were certainly not handed over. */
export function notHandedOver(messages: OutboundMessage[], reason: string, detail: string): SendResult[] {
  return messages.map(({ deliveryId }) => ({
    outcome: 'RETRYABLE',
    deliveryId,
    reason,
    detail,
    retryAfterMs: null,
  }));
}
