import type { Receipt } from '@libs/delivery';

/** What a provider said of a message, with the account that sent it. */
export interface ReceiptRow extends Receipt {
  /** Of the intake's row, as text. */
  id: string;
  projectId: string;
  accountId: string;
}
