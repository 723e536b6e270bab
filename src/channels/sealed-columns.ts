import type { SealedColumn } from '@libs/platform';

/** Secrets of provider accounts. */
export const sealedByChannels: SealedColumn[] = [{ table: 'provider_account', column: 'sealed_secrets', key: 'id' }];
