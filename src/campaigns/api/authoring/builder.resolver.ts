import type { Medium } from '@libs/delivery';
import { ChannelsService, type ChannelView, DeliveryService } from '@modules/channels';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Query, Resolver } from '@nestjs/graphql';
import { campaignTypes, canCarry } from '../../domain/campaign-type';
import { CampaignChoicesType, type ChannelChoiceType } from './builder.type';

/** In the order in which the builder shows them. */
const shownMedia: Medium[] = ['MOBILE_PUSH', 'WEB_PUSH', 'SMS', 'EMAIL', 'INBOX', 'IN_APP'];

/** What the builder offers before anything is written. */
@Resolver()
export class BuilderResolver {
  constructor(
    private readonly channels: ChannelsService,
    private readonly delivery: DeliveryService,
  ) {}

  @Allow('campaigns.view')
  @Query(() => CampaignChoicesType, { description: 'The media and channels that a campaign of the project can have.' })
  async campaignChoices(@CurrentActor() { projectId }: Actor): Promise<CampaignChoicesType> {
    const ready = await this.delivery.accountsFor(projectId, shownMedia);
    const channels = (await this.channels.listForProject(projectId)).filter(({ media }) => media.length > 0);
    return {
      media: shownMedia.map((medium) => ({ medium, hasAccount: ready.has(medium) })),
      channels: channels.map((channel) => toChoice(channel, channels)),
    };
  }
}

function toChoice(channel: ChannelView, all: ChannelView[]): ChannelChoiceType {
  const { id: channelId, connectionId, name, optimoveChannelId, media } = channel;
  const types = campaignTypes.filter((type) => canCarry(type, media));
  const preselectedFor = types.filter((type) => all.filter((other) => canCarry(type, other.media)).length === 1);
  return { channelId, connectionId, name, optimoveChannelId, media, types, preselectedFor };
}
