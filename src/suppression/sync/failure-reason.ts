import { AppError, toError } from '@libs/foundation';
import { OptimoveRejectedError, OptimoveUnauthorizedError } from '@libs/optimove-client';

/** Why a sync failed and what to do, in words. */
export function reasonOf(error: unknown): string {
  const ask = 'ask your Optimove Client Success Manager to register the attribute for this integration';
  if (error instanceof OptimoveRejectedError || (error instanceof OptimoveUnauthorizedError && error.status === 403)) {
    return `Optimove does not release this attribute: ${ask}. ${error.message}`;
  }
  if (error instanceof AppError) return error.message;
  return `An internal fault stopped the sync; the log has its details (${toError(error).name})`;
}
