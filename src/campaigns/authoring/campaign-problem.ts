import type { CampaignEntity } from '../persistence/authoring/campaign.entity';

/** Why a change of a campaign is refused. */
export const campaignErrorCodes = [
  'NOT_FOUND',
  'CONFLICT',
  'INVALID',
  'NAME_TAKEN',
  'CHANNEL_NOT_FOUND',
  'MEDIUM_NOT_ALLOWED',
  'INVALID_CONTENT',
  'INVALID_SEGMENT',
  'WRONG_STATUS',
  'NOT_ALLOWED',
] as const;

/** The kind of a problem. */
export type CampaignErrorCode = (typeof campaignErrorCodes)[number];

/** A problem that the author can mend, at a field of the input. */
export interface CampaignProblem {
  code: CampaignErrorCode;
  path: string[];
  message: string;
}

/** The campaign as it is now, or what has to be mended first. */
export type CampaignOutcome =
  | { campaign: CampaignEntity; problems: [] }
  | { campaign: null; problems: CampaignProblem[] };

/** An outcome with problems. */
export function refused(...problems: CampaignProblem[]): CampaignOutcome {
  return { campaign: null, problems };
}

/** An outcome that is done. */
export function done(campaign: CampaignEntity): CampaignOutcome {
  return { campaign, problems: [] };
}

/** The project has no such campaign. */
export const notFound: CampaignProblem = {
  code: 'NOT_FOUND',
  path: ['id'],
  message: 'This project has no such campaign; list campaigns to see their ids',
};

/** The campaign was changed since it was read. */
export const conflict: CampaignProblem = {
  code: 'CONFLICT',
  path: ['version'],
  message: 'Somebody else changed the campaign meanwhile; read it again and repeat the change',
};

/** Another campaign has the name. */
export const nameTaken: CampaignProblem = {
  code: 'NAME_TAKEN',
  path: ['name'],
  message: 'Another campaign of this project has this name; choose a different one',
};

/** The project has no such channel. */
export const channelNotFound: CampaignProblem = {
  code: 'CHANNEL_NOT_FOUND',
  path: ['channelId'],
  message: 'This project has no such channel; list channels to see their ids',
};

/** The key's role may not do this to the campaign as it is. */
export function notAllowed(message: string): CampaignProblem {
  return { code: 'NOT_ALLOWED', path: ['id'], message };
}

/** The campaign is in a state in which this cannot be done. */
export function wrongStatus(path: string[], message: string): CampaignProblem {
  return { code: 'WRONG_STATUS', path, message };
}
