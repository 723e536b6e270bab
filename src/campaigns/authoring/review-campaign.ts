import type { Tx } from '@libs/platform';
import type { ChannelView } from '@modules/channels';
import { SuppressionService } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { type CampaignType, mediaOfType } from '../domain/campaign-type';
import { type CampaignContent, contentFields, mediaOf } from '../domain/content/campaign-content';
import type { Finding } from '../domain/content/finding';
import type { CampaignEntity } from '../persistence/authoring/campaign.entity';
import { CampaignChannels } from './campaign-channel';
import { type Review, ReviewParts } from './review-parts';

/** A review of a campaign for Optimove. */
export interface CampaignReview extends Review {
  /** Null as long as none is chosen, and when it is gone. */
  channel: ChannelView | null;
}

/** The last step of the builder: everything that stands against a launch, which a launch then refuses. */
@Injectable()
export class ReviewCampaign {
  constructor(
    private readonly parts: ReviewParts,
    private readonly channels: CampaignChannels,
    private readonly suppression: SuppressionService,
  ) {}

  /** `content` is the campaign's with the texts of its snippets. */
  async review(tx: Tx, campaign: CampaignEntity, content: CampaignContent): Promise<CampaignReview> {
    const { projectId, channelId, segment, type } = campaign;
    const channel = channelId === null ? null : await this.channels.find(projectId, channelId);
    const review = await this.parts.review(tx, { projectId, content, segment, isDirect: false });
    const more = [
      ...typeFindings(type, content),
      ...channelFindings(channelId, channel, content),
      ...(channel ? await this.guardFindings(tx, channel) : []),
    ];
    return { ...review, channel, findings: [...review.findings, ...more] };
  }

  private async guardFindings(tx: Tx, { projectId, connectionId }: ChannelView): Promise<Finding[]> {
    const warning = await this.suppression.warningFor(tx, projectId, connectionId);
    return warning === null ? [] : [{ ...finding(['channelId'], 'NOT_GUARDED', warning), severity: 'WARNING' }];
  }
}

function typeFindings(type: CampaignType, content: CampaignContent): Finding[] {
  const allowed = mediaOfType(type);
  if (!allowed) return [];
  const foreign = mediaOf(content).filter((medium) => !allowed.includes(medium));
  const missing = allowed.filter((medium) => content[contentFields[medium]] === undefined);
  return [
    ...foreign.map((medium) =>
      finding(['content', contentFields[medium]], 'MEDIUM_NOT_ALLOWED', `A campaign of type ${type} has no ${medium}`),
    ),
    ...missing.map((medium) =>
      finding(['content', contentFields[medium]], 'REQUIRED', 'Write the message to be shown'),
    ),
  ];
}

function channelFindings(channelId: string | null, channel: ChannelView | null, content: CampaignContent): Finding[] {
  if (channelId === null) {
    return [finding(['channelId'], 'REQUIRED', 'Choose the Optimove channel under which the template will appear')];
  }
  if (!channel) return [finding(['channelId'], 'INVALID', 'The channel was removed; choose another one')];
  const carried = channel.media.join(', ') || 'no messages';
  const foreign = mediaOf(content).filter((medium) => !channel.media.includes(medium));
  const notCarried = foreign.map((medium) =>
    finding(
      ['content', contentFields[medium]],
      'MEDIUM_NOT_ALLOWED',
      `This Optimove channel carries ${carried}; remove this content or choose another channel`,
    ),
  );
  return channel.state === 'ACTIVE' ? notCarried : [...notCarried, notReady(channel)];
}

function notReady({ state }: ChannelView): Finding {
  const message = `The channel is ${state}: Optimove cannot announce campaigns on it yet`;
  return { ...finding(['channelId'], 'CHANNEL_NOT_READY', message), severity: 'WARNING' };
}

function finding(path: string[], code: Finding['code'], message: string): Finding {
  return { path, code, message, severity: 'ERROR' };
}
