import { OptimoveRateLimitedError, OptimoveUnauthorizedError } from '@libs/optimove-client';
import { OutboundRefusedError, SecretUnreadableError } from '@libs/platform';

const kinds = [OptimoveRateLimitedError, OptimoveUnauthorizedError, OutboundRefusedError, SecretUnreadableError];

/** Whether it is certain that Optimove did nothing with a call: faults of the access, not of a value. */
export function isNotReached(error: unknown): boolean {
  return kinds.some((kind) => error instanceof kind);
}
