import type { SealedColumn } from '@libs/platform';

/** Tokens that sign events. */
export const sealedByPostbacks: SealedColumn[] = [
  { table: 'engagement_postback', column: 'events_token', key: 'connection_id' },
];
