import { AppError } from '@libs/foundation';

/** No such channel in the project, or it was removed. */
export class ChannelNotFoundError extends AppError {
  readonly code = 'CHANNEL_NOT_FOUND';
  readonly retryable = false;
}
