import { defineEvent } from '@libs/platform';

/** The totals of an execution may have changed: it completed, or receipts moved it. */
export const executionTotalsChanged = defineEvent<{ executionId: string }>('campaigns.execution-totals-changed');
