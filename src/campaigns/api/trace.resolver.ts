import { systemClock } from '@libs/foundation';
import { toPage } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { type TraceEntry, type TraceStep, traceSteps } from '../domain/execution/trace-steps';
import { isTracePosition, TraceRepository } from '../persistence/ledger/trace.repository';
import { readCursor } from './read-cursor';
import { TraceArgs } from './trace.args';
import { TraceEntryConnection, TraceEntryType, TraceStepType } from './trace.type';

/** Why a customer got what they got. */
@Resolver(() => TraceEntryType)
export class TraceResolver {
  constructor(private readonly traces: TraceRepository) {}

  @Allow('campaigns.view')
  @Query(() => TraceEntryConnection, {
    description:
      'What became of an Optimove customer, newest first: in every execution, and in triggered calls that were refused within three days. In Direct campaigns people go by their user ID.',
  })
  async customerTrace(
    @CurrentActor() { projectId }: Actor,
    @Args() { customerId, connectionId = null, first, after }: TraceArgs,
  ): Promise<TraceEntryConnection> {
    const page = { after: readCursor(after, isTracePosition), limit: first + 1 };
    const entries = await this.traces.trace({ projectId, connectionId, customerId }, page);
    return toPage(entries, {
      first,
      cursorOf: ({ position }) => position,
      map: ({ position: _position, ...entry }) => entry,
    });
  }

  @ResolveField(() => [TraceStepType], {
    description:
      'Everything that happened to the customer, in the order of time; at last, while they are at no end, for what they wait.',
  })
  steps(@Parent() entry: TraceEntry): TraceStep[] {
    return traceSteps(entry, systemClock.now());
  }
}
