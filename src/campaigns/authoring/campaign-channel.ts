import { ChannelNotFoundError, ChannelsService, type ChannelView } from '@modules/channels';
import { Injectable } from '@nestjs/common';
import { type CampaignContent, contentFields, mediaOf } from '../domain/content/campaign-content';
import type { CampaignProblem } from './campaign-problem';

/** The Optimove channel of a campaign. */
@Injectable()
export class CampaignChannels {
  constructor(private readonly channels: ChannelsService) {}

  /** The channel, or null when the project has none of that id. */
  async find(projectId: string, id: string): Promise<ChannelView | null> {
    try {
      return await this.channels.get(projectId, id);
    } catch (error) {
      if (error instanceof ChannelNotFoundError) return null;
      throw error;
    }
  }
}

/** One problem for each medium of the content that the channel cannot carry. */
export function mediaProblems(channel: ChannelView, content: CampaignContent): CampaignProblem[] {
  return mediaOf(content)
    .filter((medium) => !channel.media.includes(medium))
    .map((medium) => ({
      code: 'MEDIUM_NOT_ALLOWED',
      path: ['content', contentFields[medium]],
      message: `This Optimove channel carries ${channel.media.join(', ') || 'no messages'}; remove this content or choose another channel`,
    }));
}
