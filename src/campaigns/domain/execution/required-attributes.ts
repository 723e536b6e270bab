import { AppError } from '@libs/foundation';

/** Optimove gives no attribute by which the connection tells its customers. */
export class RequiredAttributeError extends AppError {
  readonly code = 'REQUIRED_ATTRIBUTE';
  readonly retryable = false;
}

/** Nothing is sent without what matching needs. @throws {RequiredAttributeError} when some of it is unknown. */
export function refuseWithout(required: readonly string[], unknown: readonly string[]): void {
  const missing = required.filter((name) => unknown.includes(name));
  if (missing.length === 0) return;
  throw new RequiredAttributeError(
    `Optimove gives no attribute ${missing.join(', ')}, by which the connection matches its customers: nothing was ` +
      'sent; choose another one for the connection, or have Optimove release it (for files: choose it for the webhook)',
  );
}
