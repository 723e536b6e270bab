import { isUuid } from '@libs/foundation';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { type TraceEntry, type TraceStep, traceSteps } from '../domain/execution/trace-steps';
import { TraceRepository } from '../persistence/ledger/trace.repository';
import { TraceEntryType, TraceStepType } from './trace.type';

/** Why a customer got what they got. */
@Resolver(() => TraceEntryType)
export class TraceResolver {
  constructor(private readonly traces: TraceRepository) {}

  @Allow('campaigns.view')
  @Query(() => [TraceEntryType], {
    description:
      'What became of an Optimove customer, newest first: in the latest 10,000 executions, and in triggered calls that were refused within three days. In Direct campaigns people go by their user ID.',
  })
  async customerTrace(
    @CurrentActor() actor: Actor,
    @Args('customerId') customerId: string,
    @Args('connectionId', { type: () => ID, nullable: true, description: 'Only over this connection.' })
    connectionId: string | null = null,
  ): Promise<TraceEntry[]> {
    if (connectionId !== null && !isUuid(connectionId)) return [];
    return this.traces.trace({ projectId: actor.projectId, connectionId, customerId });
  }

  @ResolveField(() => [TraceStepType], {
    description: 'Everything that happened to the customer, in the order of time.',
  })
  steps(@Parent() entry: TraceEntry): TraceStep[] {
    return traceSteps(entry);
  }
}
