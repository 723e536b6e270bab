import { ConnectionType } from '@modules/connections';
import { type Actor, CurrentActor } from '@modules/projects';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { ChannelType } from './channel.type';
import { ChannelsResolver } from './channels.resolver';

/** The channels, with the health of their listeners, in the overview of a connection. */
@Resolver(() => ConnectionType)
export class ConnectionChannelsResolver {
  constructor(private readonly channelsOf: ChannelsResolver) {}

  @ResolveField(() => [ChannelType], { description: 'Its channels and the health of their listeners, oldest first.' })
  channels(@CurrentActor() actor: Actor, @Parent() { id }: ConnectionType): Promise<ChannelType[]> {
    return this.channelsOf.channels(actor, id);
  }
}
