import { isUuid } from '@libs/foundation';
import { Transactions, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { kindSuggestedBy } from '../domain/channel-kind';
import { KnownChannels } from '../listeners/known-channels';
import { type ChannelOutcome, ManageChannels } from '../manage-channels';
import { ChannelRepository } from '../persistence/channel.repository';
import { AddChannelInput, RemoveChannelInput, ReregisterListenerInput, SpreadChannelInput } from './channel.inputs';
import {
  AddChannelPayload,
  ChannelDiscoveryType,
  ChannelType,
  RemoveChannelPayload,
  ReregisterListenerPayload,
  SpreadChannelPayload,
} from './channel.type';
import { toChannelType } from './map-channel';

/** Optimove channels. */
@Resolver(() => ChannelType)
export class ChannelsResolver {
  constructor(
    private readonly manage: ManageChannels,
    private readonly transactions: Transactions,
    private readonly repository: ChannelRepository,
    private readonly knownChannels: KnownChannels,
  ) {}

  @Allow('channels.view')
  @Query(() => ChannelType, { nullable: true, description: 'One channel of the project; a removed one, too.' })
  async channel(@CurrentActor() actor: Actor, @Args('id', { type: () => ID }) id: string): Promise<ChannelType | null> {
    const found = isUuid(id) ? await this.repository.findAny(this.transactions.pool, actor.projectId, id) : null;
    return found && toChannelType(found);
  }

  @Allow('channels.view')
  @Query(() => [ChannelType], { description: 'Channels of a connection, oldest first.' })
  async channels(
    @CurrentActor() actor: Actor,
    @Args('connectionId', { type: () => ID }) connectionId: string,
  ): Promise<ChannelType[]> {
    if (!isUuid(connectionId)) return [];
    return (await this.repository.listOf(this.transactions.pool, actor.projectId, connectionId)).map(toChannelType);
  }

  @Allow('channels.manage')
  @Query(() => ChannelDiscoveryType, {
    description: 'Asks Optimove which channels the account has. Not every API token may ask.',
  })
  async discoverChannels(
    @CurrentActor() actor: Actor,
    @Args('connectionId', { type: () => ID }) connectionId: string,
  ): Promise<ChannelDiscoveryType> {
    const { channels, problem } = await this.knownChannels.list(actor.projectId, connectionId);
    const added = channels ? await this.channels(actor, connectionId) : [];
    const addedIds = new Set(added.map(({ optimoveChannelId }) => optimoveChannelId));
    return {
      problem,
      channels: (channels ?? []).map((known) => ({
        optimoveChannelId: known.id,
        name: known.name,
        isAdded: addedIds.has(known.id),
        suggestedKind: kindSuggestedBy(known),
      })),
    };
  }

  @Allow('channels.manage')
  @Mutation(() => AddChannelPayload, {
    description:
      'Adds an Optimove channel and registers its listeners. When Optimove refuses them the channel stays, FAILED and with the reason.',
  })
  async addChannel(@CurrentActor() actor: Actor, @Args('input') input: AddChannelInput): Promise<AddChannelPayload> {
    const problems = await validateInput(AddChannelInput, input);
    if (problems.length > 0) {
      return { channel: null, userErrors: problems.map((problem) => ({ ...problem, code: 'INVALID' })) };
    }
    return toPayload(await this.manage.add(actor, input));
  }

  @Allow('channels.manage')
  @Mutation(() => ReregisterListenerPayload, {
    description: 'Registers the listeners of a channel at Optimove again; what was registered before is replaced.',
  })
  async reregisterListener(
    @CurrentActor() actor: Actor,
    @Args('input') { id }: ReregisterListenerInput,
  ): Promise<ReregisterListenerPayload> {
    return toPayload(await this.manage.reregister(actor, id));
  }

  @Allow('channels.manage')
  @Mutation(() => SpreadChannelPayload, {
    description:
      'Spreads the messages of one scheduled time evenly over some minutes, so that not everybody comes to the site at once. Holds for executions that are read from now on.',
  })
  async spreadChannel(
    @CurrentActor() actor: Actor,
    @Args('input') input: SpreadChannelInput,
  ): Promise<SpreadChannelPayload> {
    const problems = await validateInput(SpreadChannelInput, input);
    if (problems.length > 0) {
      return { channel: null, userErrors: problems.map((problem) => ({ ...problem, code: 'INVALID' })) };
    }
    return toPayload(await this.manage.spread(actor, input));
  }

  @Allow('channels.manage')
  @Mutation(() => RemoveChannelPayload, {
    description:
      'Removes a channel: its listeners at Optimove are unregistered, campaigns that Optimove runs on it are refused from then on, and its templates no longer reach anybody. History stays, and the channel can be added again.',
  })
  async removeChannel(
    @CurrentActor() actor: Actor,
    @Args('input') { id }: RemoveChannelInput,
  ): Promise<RemoveChannelPayload> {
    return toPayload(await this.manage.remove(actor, id));
  }
}

function toPayload({ channel, problems }: ChannelOutcome): AddChannelPayload {
  return { channel: channel && toChannelType(channel), userErrors: problems };
}
