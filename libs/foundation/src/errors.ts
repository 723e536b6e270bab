/** What every fault in the house carries: a stable code, and whether trying the same thing again can help. */
export abstract class AppError extends Error {
  abstract readonly code: string;
  /** True when a retry of the same call may succeed; a queue decides on this and nothing else. */
  abstract readonly retryable: boolean;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A bug or a broken assumption; never retried, always reported. */
export class InvariantError extends AppError {
  readonly code = 'INVARIANT_BROKEN';
  readonly retryable = false;
}

/** Turns anything thrown into an Error with a message, so that it can be logged or kept. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Compile-time proof that a union was handled completely; throws {@link InvariantError} if it was not. */
export function assertNever(value: never): never {
  throw new InvariantError(`Unhandled case: ${JSON.stringify(value)}`);
}
