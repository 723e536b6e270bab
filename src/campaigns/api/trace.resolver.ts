import { isUuid } from '@libs/foundation';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import { type TraceEntry, TraceRepository } from '../persistence/ledger/trace.repository';
import { TraceEntryType } from './trace.type';

/** Why a customer got what they got. */
@Resolver()
export class TraceResolver {
  constructor(private readonly traces: TraceRepository) {}

  @Allow('campaigns.view')
  @Query(() => [TraceEntryType], {
    description: 'What became of an Optimove customer in the latest 500 executions of a connection, newest first.',
  })
  async customerTrace(
    @CurrentActor() actor: Actor,
    @Args('connectionId', { type: () => ID }) connectionId: string,
    @Args('customerId') customerId: string,
  ): Promise<TraceEntry[]> {
    return isUuid(connectionId) ? this.traces.trace(actor.projectId, connectionId, customerId) : [];
  }
}
