import type { CampaignEntity } from '../persistence/authoring/campaign.entity';

/** How the audit trail names a campaign. */
export function subjectOf({ id }: CampaignEntity): { type: string; id: string } {
  return { type: 'campaign', id };
}

/** What the audit trail keeps of a campaign. */
export function auditView(campaign: CampaignEntity): object {
  const { name, type, status, channelId, content, segment, optimoveTemplateId, version } = campaign;
  return { name, type, status, channelId, content, segment, optimoveTemplateId, version };
}
