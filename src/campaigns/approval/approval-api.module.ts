import { ApprovalLoader } from '../api/authoring/approval.loader';
import { ApprovalResolver, CampaignApprovalResolver, DirectApprovalResolver } from '../api/authoring/approval.resolver';

/** What the api host adds for approvals. */
export const approvalApiProviders = [
  ApprovalLoader,
  ApprovalResolver,
  CampaignApprovalResolver,
  DirectApprovalResolver,
];
