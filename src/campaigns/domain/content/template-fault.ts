import { AppError } from '@libs/foundation';
import type { FindingCode } from './finding';

/** Why a text cannot be a template. */
export class TemplateFault extends AppError {
  readonly retryable = false;

  constructor(
    readonly code: Extract<FindingCode, 'TEMPLATE_SYNTAX' | 'NOT_ALLOWED_IN_TEMPLATE' | 'TOO_LONG' | 'UNKNOWN_SNIPPET'>,
    message: string,
    /** Line in the author's text, from 1; null when it is about the whole. */
    readonly line: number | null = null,
  ) {
    super(message);
  }
}
