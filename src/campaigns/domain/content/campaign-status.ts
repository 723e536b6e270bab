/** Where a campaign is in its life. PUBLISHED: meant to be a template in Optimove; its publication says how far. */
export const campaignStatuses = ['DRAFT', 'PUBLISHED', 'WITHDRAWN', 'ARCHIVED'] as const;

/** One of {@link campaignStatuses}. */
export type CampaignStatus = (typeof campaignStatuses)[number];

/** How far a template's publication in Optimove has come. */
export const publicationStates = ['PENDING', 'PUBLISHED', 'FAILED', 'WITHDRAWING', 'WITHDRAWN'] as const;

/** One of {@link publicationStates}. */
export type PublicationState = (typeof publicationStates)[number];
