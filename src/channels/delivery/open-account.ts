import type { HandOver, OutboundMessage, ProviderSession, SendResult } from '@libs/delivery';

/** A session with the version it was opened for; it closes once nothing is under way. */
export class OpenAccount {
  private underWay = new Set<Promise<unknown>>();

  constructor(
    readonly version: number,
    private readonly session: ProviderSession,
  ) {}

  sendBatch(messages: OutboundMessage[], handOver: HandOver): Promise<SendResult[]> {
    const batch = this.session.sendBatch(messages, handOver);
    this.underWay.add(batch);
    return batch.finally(() => this.underWay.delete(batch));
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
