import type { CampaignProblem } from '../authoring/campaign-problem';
import type { DirectCampaign } from '../persistence/direct/direct-campaign.repository';

/** The campaign as it is now, or what has to be mended first. */
export type DirectOutcome =
  | { campaign: DirectCampaign; problems: [] }
  | { campaign: null; problems: CampaignProblem[] };

/** An outcome with problems. */
export function refusedDirect(...problems: CampaignProblem[]): DirectOutcome {
  return { campaign: null, problems };
}

/** An outcome that is done. */
export function doneDirect(campaign: DirectCampaign): DirectOutcome {
  return { campaign, problems: [] };
}

/** How the audit trail names a Direct campaign. */
export function directSubject({ id }: DirectCampaign): { type: string; id: string } {
  return { type: 'direct-campaign', id };
}

/** What the audit trail keeps of a Direct campaign. */
export function directAuditView(campaign: DirectCampaign): object {
  const { name, status, content, segment, schedule, nextAt, version } = campaign;
  return { name, status, content, segment, schedule, nextAt, version };
}
