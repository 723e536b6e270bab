import { AppError } from '@libs/foundation';

/** No such connection in the project. */
export class ConnectionNotFoundError extends AppError {
  readonly code = 'CONNECTION_NOT_FOUND';
  readonly retryable = false;
}
