import { AppError } from '@libs/foundation';

/** Something the person at the terminal can put right; the message says how, and nothing else is printed. */
export class LauncherError extends AppError {
  readonly code = 'LAUNCHER';
  readonly retryable = false;
}

/** The person asked to stop while something was still starting. */
export class InterruptedError extends AppError {
  readonly code = 'INTERRUPTED';
  readonly retryable = false;

  constructor() {
    super('Stopped while starting');
  }
}
