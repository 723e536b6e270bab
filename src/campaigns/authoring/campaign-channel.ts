import { ChannelNotFoundError, ChannelsService, type ChannelView } from '@modules/channels';
import { Injectable } from '@nestjs/common';
import { type CampaignType, canCarry } from '../domain/campaign-type';

/** The Optimove channels that campaigns can choose from. */
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

  /** Every channel of the project on which a campaign of the type can be sent. */
  async choices(projectId: string, type: CampaignType): Promise<ChannelView[]> {
    const all = await this.channels.listForProject(projectId);
    return all.filter(({ media }) => canCarry(type, media));
  }

  /** The channel that needs no choosing: the only one there is. */
  async preselected(projectId: string, type: CampaignType): Promise<ChannelView | null> {
    const [only = null, ...others] = await this.choices(projectId, type);
    return others.length === 0 ? only : null;
  }
}
