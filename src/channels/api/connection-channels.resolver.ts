import { Transactions } from '@libs/platform';
import { ConnectionType } from '@modules/connections';
import { type Actor, CurrentActor } from '@modules/projects';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { ChannelRepository } from '../persistence/channel.repository';
import { ChannelType } from './channel.type';
import { toChannelType } from './map-channel';

/** The channels, with the health of their listeners, in the overview of a connection. */
@Resolver(() => ConnectionType)
export class ConnectionChannelsResolver {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: ChannelRepository,
  ) {}

  @ResolveField(() => [ChannelType], { description: 'Its channels and the health of their listeners, oldest first.' })
  async channels(@CurrentActor() { projectId }: Actor, @Parent() { id }: ConnectionType): Promise<ChannelType[]> {
    return (await this.repository.listOf(this.transactions.pool, projectId, id)).map(toChannelType);
  }
}
