import type { Medium } from '@libs/delivery';
import type { ContentMedium } from './content/campaign-content';

/** What an author builds for Optimove. OPTIMOVE: any media of its channel. IN_APP: a message inside apps and on sites. */
export const campaignTypes = ['OPTIMOVE', 'IN_APP'] as const;

/** One of {@link campaignTypes}. */
export type CampaignType = (typeof campaignTypes)[number];

/** The media that campaigns of a type may have content for; null: all of them. */
export function mediaOfType(type: CampaignType): ContentMedium[] | null {
  return type === 'IN_APP' ? ['IN_APP'] : null;
}

/** Whether a channel with these media can carry a campaign of the type. */
export function canCarry(type: CampaignType, media: readonly Medium[]): boolean {
  return type === 'IN_APP' ? media.includes('IN_APP') : media.length > 0;
}
