import type { EngagementAnnouncement, EngagementMetadata } from '@libs/optimove-client';
import { EngagementMismatchError } from '../../domain/execution/errors';
import { isScheduledTime } from '../../domain/execution/run-date';

/** What was announced, and on which channel. */
export interface Announced {
  engagementId: string;
  optimoveCampaignId: string;
  optimoveChannelId: number;
}

/**
 * The metadata have to be those of the announcement, or one campaign would go to the customers of another.
 * @throws {EngagementMismatchError}
 */
export function assertAnnounced(metadata: EngagementMetadata, announced: Announced): void {
  assertSame('EngagementID', metadata.engagementId, announced.engagementId);
  assertSame('CampaignID', metadata.campaignId, announced.optimoveCampaignId);
  assertSame('ChannelID', String(metadata.channelId), String(announced.optimoveChannelId));
  if (isScheduledTime(metadata.scheduledTime)) return;
  throw new EngagementMismatchError('ScheduledTime of the metadata file is not a time in ISO 8601');
}

/** The files have to hold as many customers as the metadata say. @throws {EngagementMismatchError} */
export function assertWhole(
  { engagementId }: Pick<EngagementAnnouncement, 'engagementId'>,
  { files, customers }: EngagementMetadata,
  rows: number,
): void {
  if (rows === customers) return;
  throw new EngagementMismatchError(
    `The ${files} files of engagement ${engagementId} have ${rows} customers, ` +
      `but the metadata announced ${customers}: nothing was sent; ask Optimove to announce it again`,
  );
}

function assertSame(field: string, found: string, announced: string): void {
  if (found.toLowerCase() === announced.toLowerCase()) return;
  throw new EngagementMismatchError(`${field} of the metadata file is ${found}, but ${announced} was announced`);
}
