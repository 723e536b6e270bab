import { ChannelLoader, ChannelType } from '@modules/channels';
import { ConnectionLoader, ConnectionType } from '@modules/connections';
import { type Actor, CurrentActor } from '@modules/projects';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CampaignType } from './authoring/campaign.type';
import { ExecutionType } from './execution.type';

const channel = { nullable: true, description: 'Its channel; a removed one, too.' };
const connection = { nullable: true, description: 'Its connection; null when that was deleted.' };

/** Where an execution runs. */
@Resolver(() => ExecutionType)
export class ExecutionPlaceResolver {
  constructor(
    private readonly channels: ChannelLoader,
    private readonly connections: ConnectionLoader,
  ) {}

  @ResolveField(() => ChannelType, channel)
  async channel(@CurrentActor() { projectId }: Actor, @Parent() of: ExecutionType): Promise<ChannelType | null> {
    return of.channelId === null ? null : this.channels.load(projectId, of.channelId);
  }

  @ResolveField(() => ConnectionType, connection)
  async connection(@CurrentActor() { projectId }: Actor, @Parent() of: ExecutionType): Promise<ConnectionType | null> {
    return of.connectionId === null ? null : this.connections.load(projectId, of.connectionId);
  }
}

/** Where the template of a campaign appears. */
@Resolver(() => CampaignType)
export class CampaignPlaceResolver {
  constructor(
    private readonly channels: ChannelLoader,
    private readonly connections: ConnectionLoader,
  ) {}

  @ResolveField(() => ChannelType, channel)
  async channel(@CurrentActor() { projectId }: Actor, @Parent() of: CampaignType): Promise<ChannelType | null> {
    return of.channelId === null ? null : this.channels.load(projectId, of.channelId);
  }

  @ResolveField(() => ConnectionType, connection)
  async connection(@CurrentActor() { projectId }: Actor, @Parent() of: CampaignType): Promise<ConnectionType | null> {
    return of.connectionId === null ? null : this.connections.load(projectId, of.connectionId);
  }
}
