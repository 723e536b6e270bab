/** What a recipient did for the first time, in Optimove's terms. */
export interface EngagementNews {
  projectId: string;
  connectionId: string;
  optimoveCampaignId: string;
  optimoveChannelId: number;
  optimoveTemplateId: string;
  customerId: string;
  kind: string;
  occurredAt: Date;
  /** Optimove is told nothing of the campaign after that. */
  closesAt: Date;
}
