import type { SealedColumn } from '@libs/platform';

/** Identity secrets of apps. */
export const sealedByProfiles: SealedColumn[] = [{ table: 'app', column: 'identity_secret', key: 'id' }];
