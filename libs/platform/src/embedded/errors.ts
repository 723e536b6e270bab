/**
 * The embedded server cannot run here; the message says why and what to do. Not an `AppError`: this folder is also
 * loaded by the test runner's global set-up and by scripts, where the module aliases do not exist.
 */
export class EmbeddedServerError extends Error {
  readonly retryable = false;

  constructor(
    readonly code: 'BINARIES_MISSING' | 'ACCOUNT_MISSING' | 'FOLDER_UNUSABLE' | 'PORT_TAKEN' | 'START_FAILED',
    message: string,
  ) {
    super(message);
    this.name = 'EmbeddedServerError';
  }
}
