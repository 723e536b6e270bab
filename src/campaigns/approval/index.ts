import { ApprovalLoader } from '../api/authoring/approval.loader';
import { ApprovalResolver, CampaignApprovalResolver, DirectApprovalResolver } from '../api/authoring/approval.resolver';
import { AskApproval } from './ask-approval';

/** Asking for launches, on every host. */
export const approvalProviders = [AskApproval];

/** What the api host adds for approvals. */
export const approvalApiProviders = [
  ApprovalLoader,
  ApprovalResolver,
  CampaignApprovalResolver,
  DirectApprovalResolver,
];
