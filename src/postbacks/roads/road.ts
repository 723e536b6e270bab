import type { ConnectionView } from '@modules/connections';

/** One way to tell Optimove something. Every call is made once: what a failure means is for the caller to decide. */
export interface Road<T> {
  /** Most items in one call. */
  readonly largest: number;

  /** Tells it in one call, within the connection's budget. @throws {OptimoveError} and what else may stand in the way. */
  tell(connection: ConnectionView, message: T): Promise<void>;
}
