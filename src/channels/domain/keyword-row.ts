import type { SmsKeyword } from '@libs/delivery';

/** A keyword that somebody sent us. */
export interface KeywordRow {
  id: string;
  projectId: string;
  accountId: string;
  /** The person's number. */
  number: string;
  keyword: SmsKeyword;
  occurredAt: Date;
  /** When it was taken in, by the clock of the database. */
  receivedAt: Date;
}
