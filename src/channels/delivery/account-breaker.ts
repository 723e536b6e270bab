import { lateReason, type OutboundMessage, type SendResult } from '@libs/delivery';
import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhenResult,
  type IHalfOpenAfterBackoffContext,
} from 'cockatiel';

const batchesUntilOpen = 3;
const pausesMs = [1_000, 2_000, 5_000, 10_000, 30_000];
const longestPauseMs = 300_000;

/**
 * Leaves a provider account alone while it is down: after some batches of which it took nothing, messages are given back
 * untried, and one batch at a time finds out whether it is up again.
 */
export class AccountBreaker {
  private pausedUntil = 0;
  private readonly policy = circuitBreaker(
    handleWhenResult((results) => isOutage(results as SendResult[])),
    {
      breaker: new ConsecutiveBreaker(batchesUntilOpen),
      halfOpenAfter: new DelegateBackoff((context: IHalfOpenAfterBackoffContext) => this.pause(context)),
    },
  );

  /** Hands over, or answers at once that nothing was handed over. */
  async run(messages: OutboundMessage[], work: () => Promise<SendResult[]>): Promise<SendResult[]> {
    try {
      return await this.policy.execute(work);
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      const detail = 'The provider account is down; it is tried again by itself';
      const retryAfterMs = this.waitMs();
      return messages.map(({ deliveryId }) => ({
        outcome: 'RETRYABLE',
        deliveryId,
        reason: 'PROVIDER_PAUSED',
        detail,
        retryAfterMs,
      }));
    }
  }

  /** Milliseconds until the account is tried again; 0 while it is in use. */
  waitMs(): number {
    return Math.max(0, this.pausedUntil - Date.now());
  }

  /** What the provider asks for counts when it is longer. */
  private pause({ attempt, result }: IHalfOpenAfterBackoffContext): number {
    const own = pausesMs[Math.min(attempt, pausesMs.length) - 1] ?? pausesMs[0] ?? 0;
    const asked = 'value' in result ? longestAsked(result.value as SendResult[]) : 0;
    const pauseMs = Math.min(Math.max(own, asked), longestPauseMs);
    this.pausedUntil = Date.now() + pauseMs;
    return pauseMs;
  }
}

function longestAsked(results: SendResult[]): number {
  return Math.max(0, ...results.map((result) => (result.outcome === 'RETRYABLE' ? (result.retryAfterMs ?? 0) : 0)));
}

/**
 * Nothing of a batch was taken, and not because of its messages. One that gives no answers counts too: every further
 * batch would only make more messages uncertain.
 */
function isOutage(results: SendResult[]): boolean {
  const written = results.filter((result) => !('reason' in result) || result.reason !== lateReason);
  return (
    written.length > 0 &&
    written.every(
      (result) => result.outcome === 'UNCERTAIN' || (result.outcome === 'RETRYABLE' && !result.isAboutMessage),
    )
  );
}
