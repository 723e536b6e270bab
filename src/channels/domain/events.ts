import { defineEvent } from '@libs/platform';

/** Receipts of a provider account are stored and wait to be taken. */
export const receiptsArrived = defineEvent<{ accountId: string }>('channels.receipts-arrived');
