import { toError } from '@libs/foundation';
import {
  OptimoveRateLimitedError,
  OptimoveRejectedError,
  OptimoveUnauthorizedError,
  OptimoveUnavailableError,
} from '@libs/optimove-client';
import { OutboundRefusedError, SecretUnreadableError } from '@libs/platform';
import { ConnectionNotFoundError } from '@modules/connections';
import { FormerNamesError } from './last-word';

/**
 * What a failed call means for what was posted. REFUSED: it never counts. NOT_REACHED: it did not count and may later.
 * DOUBT: it may have counted.
 */
export type FailedOutcome = 'REFUSED' | 'NOT_REACHED' | 'DOUBT';

/** What became of one call to Optimove. */
export type CallOutcome =
  | { outcome: 'ACKNOWLEDGED' }
  | { outcome: FailedOutcome; error: string; cause: unknown /** Less of it might be taken. */; isDivisible: boolean };

const accessFaults = [
  OptimoveRateLimitedError,
  OptimoveUnauthorizedError,
  OutboundRefusedError,
  SecretUnreadableError,
  FormerNamesError,
  ConnectionNotFoundError,
];
const badRequest = 400;
const longestError = 500;

/** Makes a call and says what became of it; never throws. */
export async function outcomeOf(call: () => Promise<void>): Promise<CallOutcome> {
  try {
    await call();
    return { outcome: 'ACKNOWLEDGED' };
  } catch (cause) {
    const isDivisible = cause instanceof OptimoveRejectedError && cause.status === badRequest;
    return { outcome: failureOf(cause), error: toError(cause).message.slice(0, longestError), cause, isDivisible };
  }
}

/** What the error of a call means for what was posted. */
export function failureOf(error: unknown): FailedOutcome {
  if (error instanceof OptimoveRejectedError) return 'REFUSED';
  if (accessFaults.some((kind) => error instanceof kind)) return 'NOT_REACHED';
  return error instanceof OptimoveUnavailableError && error.isUnsent ? 'NOT_REACHED' : 'DOUBT';
}
