import type { SealedColumn } from '@libs/platform';

/** Keys of the files of engagements. */
export const sealedByCampaigns: SealedColumn[] = [
  { table: 'execution_engagement', column: 'decryption_key', key: 'execution_id' },
];
