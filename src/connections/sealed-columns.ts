import type { SealedColumn } from '@libs/platform';

/** Secrets of connections. */
export const sealedByConnections: SealedColumn[] = [
  { table: 'connection', column: 'api_token', key: 'id' },
  { table: 'connection', column: 'callback_secret', key: 'id' },
];
