import { AppError } from '@libs/foundation';

/** A report is none of the forms that the account's provider uses. */
export class UnreadableReportError extends AppError {
  readonly code = 'UNREADABLE_REPORT';
  readonly retryable = false;
}

/** A report is not written as the account's provider writes it, so that it cannot even be verified. */
export class MalformedReportError extends AppError {
  readonly code = 'MALFORMED_REPORT';
  readonly retryable = false;
}

/** Whether a report is authentic cannot be said now, because something it names cannot be fetched: let it come again. */
export class ReportLaterError extends AppError {
  readonly code = 'REPORT_LATER';
  readonly retryable = true;
}
