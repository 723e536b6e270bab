import { AskApproval } from './ask-approval';

export { approvalApiProviders } from './approval-api.module';

/** Asking for launches, on every host. */
export const approvalProviders = [AskApproval];
