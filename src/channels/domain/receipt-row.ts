import type { BounceCategory, Receipt } from '@libs/delivery';

/** What a provider said of a message, with the account that sent it. */
export interface ReceiptRow extends Omit<Receipt, 'bounce' | 'address'> {
  /** Of the intake's row, as text. */
  id: string;
  projectId: string;
  accountId: string;
  bounce: BounceCategory | null;
  address: string | null;
}
