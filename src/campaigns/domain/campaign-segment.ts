import type { SegmentRules } from '@modules/profiles';

/** Whom a campaign is for among those that it would reach: a saved segment, or rules of its own. It only narrows. */
export type CampaignSegment = { segmentId: string } | { rules: SegmentRules };
