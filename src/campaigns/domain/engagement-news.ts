/** What a recipient did for the first time, in Optimove's terms. */
export interface EngagementNews {
  projectId: string;
  connectionId: string;
  /** The account at Optimove in which the campaign is. */
  accountId: string;
  optimoveCampaignId: string;
  optimoveChannelId: number;
  optimoveTemplateId: string;
  customerId: string;
  kind: string;
  occurredAt: Date;
  /** Optimove is told nothing of the campaign after that. */
  closesAt: Date;
}
