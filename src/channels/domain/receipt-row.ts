import type { BounceCategory, Receipt } from '@libs/delivery';

/** So long after a message a receipt may still come; an id that comes later is another message's. */
export const receiptWithin = '14 days';

/** What a provider said of a message, with the account that sent it. */
export interface ReceiptRow extends Omit<Receipt, 'bounce' | 'address'> {
  /** Of the intake's row, as text. */
  id: string;
  projectId: string;
  accountId: string;
  receivedAt: Date;
  bounce: BounceCategory | null;
  address: string | null;
}
