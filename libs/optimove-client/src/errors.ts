import { AppError } from '@libs/foundation';

/** Optimove refused the API key (401, or 403 for a function that the key may not call). */
export class OptimoveUnauthorizedError extends AppError {
  readonly code = 'OPTIMOVE_UNAUTHORIZED';
  readonly retryable = false;

  constructor(
    message: string,
    /** 401: the key itself; 403: this function, or a file, is not granted. */
    readonly status: 401 | 403,
  ) {
    super(message);
  }
}

/** Too many calls with this key (429). Limits of Optimove: 50 in 10 seconds per key, 2,000 an hour on the older regime. */
export class OptimoveRateLimitedError extends AppError {
  readonly code = 'OPTIMOVE_RATE_LIMITED';
  readonly retryable = true;

  constructor(
    message: string,
    /** How long Optimove asked us to wait, in ms; null when it did not say. */
    readonly retryAfterMs: number | null,
  ) {
    super(message);
  }
}

/** Optimove could not be reached, broke off, was silent for too long, answered 5xx, 408 or 425, or a gateway answered with a page. */
export class OptimoveUnavailableError extends AppError {
  readonly code = 'OPTIMOVE_UNAVAILABLE';
  readonly retryable = true;
  /** How long Optimove asked us to wait, in ms; null when it did not say. */
  readonly retryAfterMs: number | null;
  /** Whether no connection came about: the call has certainly not arrived. */
  readonly isUnsent: boolean;

  constructor(
    message: string,
    {
      cause,
      retryAfterMs = null,
      isUnsent = false,
    }: { cause?: unknown; retryAfterMs?: number | null; isUnsent?: boolean } = {},
  ) {
    super(message, { cause });
    this.retryAfterMs = retryAfterMs;
    this.isUnsent = isUnsent;
  }
}

/** Optimove refused the call for good (4xx other than 401, 403, 408, 425 and 429), or pointed elsewhere (3xx, never followed). */
export class OptimoveRejectedError extends AppError {
  readonly code = 'OPTIMOVE_REJECTED';
  readonly retryable = false;

  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** Optimove answered 2xx with something else than the documented shape, such as a bare string. */
export class OptimoveUnexpectedAnswerError extends AppError {
  readonly code = 'OPTIMOVE_UNEXPECTED_ANSWER';
  readonly retryable = false;
}

/** Optimove served the same page again (as many rows, the same first and last one): reading on would never end. */
export class OptimovePagingError extends AppError {
  readonly code = 'OPTIMOVE_PAGING';
  readonly retryable = false;
}

/** A file of an engagement is not there, is damaged, or is not what the announcement and the metadata say. */
export class OptimoveFileError extends AppError {
  readonly code = 'OPTIMOVE_FILE';
  readonly retryable = false;
}

/** Every error that a call can end with. */
export type OptimoveError =
  | OptimoveUnauthorizedError
  | OptimoveRateLimitedError
  | OptimoveUnavailableError
  | OptimoveRejectedError
  | OptimoveUnexpectedAnswerError
  | OptimovePagingError
  | OptimoveFileError;
