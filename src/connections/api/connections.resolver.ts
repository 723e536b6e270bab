import { isUuid } from '@libs/foundation';
import { decodeCursor, PageArgs, Transactions, toPage, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { ConnectionsService } from '../connections.service';
import { DeletionConsequences } from '../deletion-consequences';
import type { ConnectionProblem } from '../domain/connection-settings';
import { EngagementWebhooks } from '../engagement-webhooks';
import { type ConnectionOutcome, ManageConnections } from '../manage-connections';
import { ConnectionRepository } from '../persistence/connection.repository';
import {
  ConnectionIdInput,
  CreateConnectionInput,
  DeleteConnectionInput,
  UpdateConnectionInput,
} from './connection.inputs';
import {
  ConnectionConnection,
  ConnectionType,
  CreateConnectionPayload,
  DeleteConnectionPayload,
  DisableConnectionPayload,
  EnableConnectionPayload,
  RenewEngagementWebhookPayload,
  UpdateConnectionPayload,
} from './connection.type';
import { toConnectionType } from './map-connection';

/** Optimove connections. */
@Resolver(() => ConnectionType)
export class ConnectionsResolver {
  constructor(
    private readonly manage: ManageConnections,
    private readonly repository: ConnectionRepository,
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly consequences: DeletionConsequences,
    private readonly webhooks: EngagementWebhooks,
  ) {}

  @Allow('connections.view')
  @Query(() => ConnectionType, { nullable: true, description: 'One connection of the project.' })
  async connection(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<ConnectionType | null> {
    const found = isUuid(id) ? await this.repository.find(this.transactions.pool, actor.projectId, id) : null;
    return found && toConnectionType(found);
  }

  @Allow('connections.view')
  @Query(() => ConnectionConnection, { name: 'connections', description: 'Connections of the project, newest first.' })
  async list(@CurrentActor() actor: Actor, @Args() args: PageArgs): Promise<ConnectionConnection> {
    const rows = await this.repository.list(this.transactions.pool, {
      projectId: actor.projectId,
      beforeId: decodeCursor(args.after),
      limit: args.first + 1,
    });
    return toPage(rows, { first: args.first, cursorOf: ({ id }) => id, map: toConnectionType });
  }

  @ResolveField(() => [String], { description: 'What stops working when this connection is deleted.' })
  async deletionConsequences(@CurrentActor() actor: Actor, @Parent() { id }: ConnectionType): Promise<string[]> {
    return this.consequences.of(await this.connections.get(actor.projectId, id));
  }

  @Allow('connections.manage')
  @Mutation(() => CreateConnectionPayload, {
    description:
      'Connects an Optimove account. Token and endpoint are tried at Optimove first; nothing is stored if they fail.',
  })
  async createConnection(
    @CurrentActor() actor: Actor,
    @Args('input') input: CreateConnectionInput,
  ): Promise<CreateConnectionPayload> {
    const problems = await invalid(CreateConnectionInput, input);
    if (problems.length > 0) return { connection: null, userErrors: problems };
    return toPayload(await this.manage.create(actor, given(input)));
  }

  @Allow('connections.manage')
  @Mutation(() => UpdateConnectionPayload, {
    description: 'Changes a connection; templates, channels and history stay. A new token is tried at Optimove first.',
  })
  async updateConnection(
    @CurrentActor() actor: Actor,
    @Args('input') input: UpdateConnectionInput,
  ): Promise<UpdateConnectionPayload> {
    const problems = await invalid(UpdateConnectionInput, input);
    if (problems.length > 0) return { connection: null, userErrors: problems };
    const { id, ...change } = given(input);
    return toPayload(await this.manage.update(actor, id, change));
  }

  @Allow('connections.manage')
  @Mutation(() => DisableConnectionPayload, {
    description: 'Disables a connection: Optimove’s calls are noted with a reason and nothing is sent.',
  })
  async disableConnection(
    @CurrentActor() actor: Actor,
    @Args('input') input: ConnectionIdInput,
  ): Promise<DisableConnectionPayload> {
    return toPayload(await this.manage.setDisabled(actor, input.id, true));
  }

  @Allow('connections.manage')
  @Mutation(() => EnableConnectionPayload, { description: 'Enables a disabled connection.' })
  async enableConnection(
    @CurrentActor() actor: Actor,
    @Args('input') input: ConnectionIdInput,
  ): Promise<EnableConnectionPayload> {
    return toPayload(await this.manage.setDisabled(actor, input.id, false));
  }

  @Allow('connections.manage')
  @Mutation(() => RenewEngagementWebhookPayload, {
    description:
      'Makes the address that announces campaigns in files (event 14), to be entered in Optimove’s Webhook Configuration. An earlier address stops working.',
  })
  async renewEngagementWebhook(
    @CurrentActor() actor: Actor,
    @Args('input') { id }: ConnectionIdInput,
  ): Promise<RenewEngagementWebhookPayload> {
    const { url, problems } = await this.webhooks.renew(actor, id);
    return { url, userErrors: problems };
  }

  @Allow('connections.manage')
  @Mutation(() => DeleteConnectionPayload, {
    description:
      'Deletes a connection: listeners are unregistered, templates withdrawn, postbacks stopped; history stays. Without acceptConsequences it only names them.',
  })
  async deleteConnection(
    @CurrentActor() actor: Actor,
    @Args('input') input: DeleteConnectionInput,
  ): Promise<DeleteConnectionPayload> {
    const { deletedId, consequences, problems } = await this.manage.delete(actor, input.id, input.acceptConsequences);
    return { deletedId, consequences, userErrors: problems };
  }
}

async function invalid<T extends object>(type: new () => T, input: T): Promise<ConnectionProblem[]> {
  return (await validateInput(type, input)).map((problem) => ({ ...problem, code: 'INVALID' }));
}

/** Only the fields that the caller wrote: an absent one must not overwrite. */
function given<T extends object>(input: T): T {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as T;
}

function toPayload({ connection, problems }: ConnectionOutcome): CreateConnectionPayload {
  return { connection: connection && toConnectionType(connection), userErrors: problems };
}
