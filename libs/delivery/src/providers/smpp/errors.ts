import { AppError } from '@libs/foundation';

/** No bound connection could be made; nothing was handed over. */
export class LinkUnavailableError extends AppError {
  readonly code = 'SMPP_UNAVAILABLE';
  readonly retryable = true;

  constructor(
    /** The setting to look at. */
    readonly field: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The connection was gone before the request was written. */
export class NotWrittenError extends AppError {
  readonly code = 'SMPP_NOT_WRITTEN';
  readonly retryable = true;
}

/** A request was written and no answer came: whether it was taken cannot be known. */
export class NoAnswerError extends AppError {
  readonly code = 'SMPP_NO_ANSWER';
  readonly retryable = false;
}
