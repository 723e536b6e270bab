import { AppError } from '@libs/foundation';

/** No such project. */
export class ProjectNotFoundError extends AppError {
  readonly code = 'PROJECT_NOT_FOUND';
  readonly retryable = false;
}
