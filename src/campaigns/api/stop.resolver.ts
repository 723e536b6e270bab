import { Transactions, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { CountGone } from '../execution/count-gone';
import { StopExecutions, type StopRefusal } from '../execution/stop-executions';
import { StopScopes } from '../execution/stop-scopes';
import { ExecutionListRepository } from '../persistence/ledger/execution-list.repository';
import { StopRepository, type StopScope } from '../persistence/ledger/stop.repository';
import {
  CancelExecutionInput,
  ExecutionIdInput,
  SendingScopeInput,
  SendingStopsPayload,
  SendingStopType,
  StopExecutionPayload,
  type StopUserError,
  SwitchSendingOffInput,
} from './stop.type';

const messages: Record<StopRefusal, string> = {
  NOT_FOUND: 'This project has no such execution; list executions to see their ids',
  WRONG_STATE: 'The execution is not in a state in which this is possible; look at its state',
};

const unknownScopes: Record<StopScope, string> = {
  PROJECT: 'The key is of another project; the id of its own is in project { id }',
  CONNECTION: 'This project has no such connection; list connections to see their ids',
  CHANNEL: 'This project has no such channel; list channels to see their ids',
  PROVIDER_ACCOUNT: 'This project has no such provider account; list providerAccounts to see their ids',
};

const notCounted = { handedOver: null, acceptedForLater: null };

/** Stopping and resuming. */
@Resolver()
export class StopResolver {
  constructor(
    private readonly stopping: StopExecutions,
    private readonly stops: StopRepository,
    private readonly gone: CountGone,
    private readonly scopes: StopScopes,
    private readonly executions: ExecutionListRepository,
    private readonly transactions: Transactions,
  ) {}

  @Allow('campaigns.view')
  @Query(() => [SendingStopType], { description: 'Everything that sending is switched off for.' })
  sendingStops(@CurrentActor() actor: Actor): Promise<SendingStopType[]> {
    return this.stops.list(this.transactions.pool, actor.projectId);
  }

  @Allow('campaigns.launch')
  @Mutation(() => StopExecutionPayload, {
    description: 'Pauses an execution: nothing new is handed over from the answer on, requests in flight are counted.',
  })
  async pauseExecution(
    @CurrentActor() actor: Actor,
    @Args('input') input: ExecutionIdInput,
  ): Promise<StopExecutionPayload> {
    return this.act(actor, { type: ExecutionIdInput, input }, ({ id }) => this.stopping.pause(actor, id));
  }

  @Allow('campaigns.launch')
  @Mutation(() => StopExecutionPayload, { description: 'Lets a paused execution go on where it stopped.' })
  async resumeExecution(
    @CurrentActor() actor: Actor,
    @Args('input') input: ExecutionIdInput,
  ): Promise<StopExecutionPayload> {
    return this.act(actor, { type: ExecutionIdInput, input }, ({ id }) => this.stopping.resume(actor, id));
  }

  @Allow('campaigns.launch')
  @Mutation(() => StopExecutionPayload, {
    description:
      'Cancels an execution for good: whoever was not handed over ends CANCELLED, or FAILED where providers had refused them for good.',
  })
  async cancelExecution(
    @CurrentActor() actor: Actor,
    @Args('input') input: CancelExecutionInput,
  ): Promise<StopExecutionPayload> {
    return this.act(actor, { type: CancelExecutionInput, input }, ({ id, reason }) =>
      this.stopping.cancel(actor, id, reason),
    );
  }

  @Allow('campaigns.launch')
  @Mutation(() => SendingStopsPayload, {
    description: 'Switches sending off for a project, connection, channel or provider account; executions wait.',
  })
  async switchSendingOff(
    @CurrentActor() actor: Actor,
    @Args('input') input: SwitchSendingOffInput,
  ): Promise<SendingStopsPayload> {
    const problems = await validateInput(SwitchSendingOffInput, input);
    if (problems.length > 0) {
      return this.stopsNow(
        actor,
        problems.map((problem) => ({ ...problem, code: 'INVALID' })),
      );
    }
    if (!(await this.scopes.exists(actor.projectId, input))) {
      return this.stopsNow(actor, [{ code: 'NOT_FOUND', path: ['scopeId'], message: unknownScopes[input.scope] }]);
    }
    await this.stopping.switchOff(actor, input);
    return { ...(await this.stopsNow(actor, [])), ...(await this.gone.inScope(actor.projectId, input)) };
  }

  @Allow('campaigns.launch')
  @Mutation(() => SendingStopsPayload, { description: 'Switches sending on again; waiting executions go on.' })
  async switchSendingOn(
    @CurrentActor() actor: Actor,
    @Args('input') input: SendingScopeInput,
  ): Promise<SendingStopsPayload> {
    const problems = await validateInput(SendingScopeInput, input);
    if (problems.length > 0)
      return this.stopsNow(
        actor,
        problems.map((problem) => ({ ...problem, code: 'INVALID' })),
      );
    const isChanged = await this.stopping.switchOn(actor, input.scope, input.scopeId);
    const message = 'Sending is not switched off there; list sendingStops';
    return this.stopsNow(actor, isChanged ? [] : [{ code: 'NOT_FOUND', path: ['scopeId'], message }]);
  }

  private async act<T extends ExecutionIdInput>(
    actor: Actor,
    { type, input }: { type: new () => T; input: T },
    work: (input: T) => Promise<StopRefusal | null>,
  ): Promise<StopExecutionPayload> {
    const problems = await validateInput(type, input);
    if (problems.length > 0) return refused(problems.map((problem) => ({ ...problem, code: 'INVALID' })));
    const id = input.id.toLowerCase();
    const refusal = await work({ ...input, id });
    if (refusal) return refused([{ code: refusal, path: ['id'], message: messages[refusal] }]);
    const execution = await this.executions.find(actor.projectId, id);
    const gone = (await this.gone.of(actor.projectId, [id])).get(id) ?? notCounted;
    return { execution, ...gone, userErrors: [] };
  }

  private async stopsNow(actor: Actor, userErrors: StopUserError[]): Promise<SendingStopsPayload> {
    return { stops: await this.stops.list(this.transactions.pool, actor.projectId), ...notCounted, userErrors };
  }
}

function refused(userErrors: StopUserError[]): StopExecutionPayload {
  return { execution: null, ...notCounted, userErrors };
}
