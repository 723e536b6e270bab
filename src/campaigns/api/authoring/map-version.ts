import type { CampaignVersionEntity } from '../../persistence/authoring/campaign-version.entity';
import { toContentType } from './map-content';
import type { CampaignVersionType } from './version.type';

/** A frozen version as GraphQL shows it. */
export function toVersionType(version: CampaignVersionEntity): CampaignVersionType {
  const { id, campaignId, number, channelId, content, segment, createdAt: launchedAt, launchedBy } = version;
  return {
    ...{ id, campaignId, number, channelId, launchedAt, launchedBy },
    content: toContentType(content),
    snippets: Object.entries(content.snippets ?? {}).map(([name, text]) => ({ name, text })),
    segmentRules: segment && JSON.stringify(segment.rules),
  };
}
