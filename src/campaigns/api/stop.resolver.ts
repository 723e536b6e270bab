import { Transactions, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { StopExecutions, type StopRefusal } from '../execution/stop-executions';
import { ExecutionListRepository } from '../persistence/ledger/execution-list.repository';
import { StopRepository } from '../persistence/ledger/stop.repository';
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

/** Stopping and resuming. */
@Resolver()
export class StopResolver {
  constructor(
    private readonly stopping: StopExecutions,
    private readonly stops: StopRepository,
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
    @Args('input') { id }: ExecutionIdInput,
  ): Promise<StopExecutionPayload> {
    return this.answer(actor, id, await this.stopping.pause(actor, id));
  }

  @Allow('campaigns.launch')
  @Mutation(() => StopExecutionPayload, { description: 'Lets a paused execution go on where it stopped.' })
  async resumeExecution(
    @CurrentActor() actor: Actor,
    @Args('input') { id }: ExecutionIdInput,
  ): Promise<StopExecutionPayload> {
    return this.answer(actor, id, await this.stopping.resume(actor, id));
  }

  @Allow('campaigns.launch')
  @Mutation(() => StopExecutionPayload, {
    description: 'Cancels an execution for good: whoever was not handed over ends CANCELLED.',
  })
  async cancelExecution(
    @CurrentActor() actor: Actor,
    @Args('input') { id, reason }: CancelExecutionInput,
  ): Promise<StopExecutionPayload> {
    return this.answer(actor, id, await this.stopping.cancel(actor, id, reason));
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
    await this.stopping.switchOff(actor, input);
    return { ...(await this.stopsNow(actor, [])), handedOver: await this.stopping.handedOverIn(actor, input) };
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

  private async answer(actor: Actor, id: string, refusal: StopRefusal | null): Promise<StopExecutionPayload> {
    if (refusal) {
      return {
        execution: null,
        handedOver: null,
        userErrors: [{ code: refusal, path: ['id'], message: messages[refusal] }],
      };
    }
    const execution = await this.executions.find(actor.projectId, id);
    return { execution, handedOver: await this.stops.handedOver(this.transactions.pool, id), userErrors: [] };
  }

  private async stopsNow(actor: Actor, userErrors: StopUserError[]): Promise<SendingStopsPayload> {
    return { stops: await this.stops.list(this.transactions.pool, actor.projectId), handedOver: null, userErrors };
  }
}
