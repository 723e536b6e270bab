import { AppError } from '@libs/foundation';

/** Sending was stopped: paused, cancelled or switched off. The chunk waits. */
export class SendingStoppedError extends AppError {
  readonly code = 'SENDING_STOPPED';
  readonly retryable = false;

  /** `isOfAccount`: only workers know whom a switched off provider account concerns, so chunks have to be put off. */
  constructor(
    message: string,
    readonly isOfAccount = false,
  ) {
    super(message);
  }
}

/** Another worker has taken the work over; whatever this one still holds must not be written. */
export class FencedError extends AppError {
  readonly code = 'FENCED';
  readonly retryable = false;
}

/** An earlier launch of the day is still being cancelled; whom it left out is known only afterwards. */
export class EarlierLaunchError extends AppError {
  readonly code = 'EARLIER_LAUNCH';
  readonly retryable = true;

  constructor(executionId: string) {
    super(`Execution ${executionId} waits until the launch before it has been cancelled`);
  }
}

/** The connection is another account's by now, in which the campaign of the list is a stranger's. */
export class AccountLeftError extends AppError {
  readonly code = 'ACCOUNT_LEFT';
  readonly retryable = false;

  constructor() {
    super('The connection was moved to another account before the list was read; launch the campaign there');
  }
}

/** The rows received and the end states do not agree, so the execution must not complete. */
export class ConservationError extends AppError {
  readonly code = 'CONSERVATION_BROKEN';
  readonly retryable = false;
}

/** Metadata, files and announcement of an engagement do not agree, so that nothing of it may be sent. */
export class EngagementMismatchError extends AppError {
  readonly code = 'ENGAGEMENT_MISMATCH';
  readonly retryable = false;
}

/** The execution does not exist in this project. */
export class ExecutionNotFoundError extends AppError {
  readonly code = 'EXECUTION_NOT_FOUND';
  readonly retryable = false;

  constructor(id: string) {
    super(`There is no execution ${id} in this project`);
  }
}
