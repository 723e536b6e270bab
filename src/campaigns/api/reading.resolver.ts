import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { RetryExecution, type RetryRefusal } from '../execution/retry-execution';
import { ExecutionListRepository, type ListedExecution } from '../persistence/ledger/execution-list.repository';
import {
  type ListedAnnouncement,
  type ListedReading,
  ReadingListRepository,
} from '../persistence/ledger/reading-list.repository';
import { ExecutionType } from './execution.type';
import { ExecutionAnnouncementType, ExecutionReadingType, RetryExecutionPayload } from './reading.type';
import { ExecutionIdInput } from './stop.type';

const messages: Record<RetryRefusal, string> = {
  NOT_FOUND: 'This project has no such execution; list executions to see their ids',
  WRONG_STATE: 'Only an execution that failed before anything was sent can start anew; look at its state and reason',
  CANCELLED: 'Optimove has cancelled this campaign since it was announced; launch it again in Optimove',
};

/** How an execution came to its list, and starting one anew that did not. */
@Resolver(() => ExecutionType)
export class ReadingResolver {
  constructor(
    private readonly retrying: RetryExecution,
    private readonly executions: ExecutionListRepository,
    private readonly readings: ReadingListRepository,
  ) {}

  @ResolveField(() => [ExecutionReadingType], { name: 'readings', description: 'Readings of its list, in order.' })
  listReadings(@CurrentActor() actor: Actor, @Parent() { id }: ListedExecution): Promise<ListedReading[]> {
    return this.readings.readings(actor.projectId, id);
  }

  @ResolveField(() => [ExecutionAnnouncementType], { description: 'Everything that told us of it, in order.' })
  announcements(@CurrentActor() actor: Actor, @Parent() { id }: ListedExecution): Promise<ListedAnnouncement[]> {
    return this.readings.announcements(actor.projectId, id);
  }

  @ResolveField(() => [String], {
    description:
      'A warning: attributes that Optimove did not know when it gave the list. Whoever they were asked for has the stored value, the default or none.',
  })
  unknownAttributes(@CurrentActor() actor: Actor, @Parent() { id }: ListedExecution): Promise<string[]> {
    return this.readings.unknownAttributes(actor.projectId, id);
  }

  @ResolveField(() => Int, {
    nullable: true,
    description: 'Longest time that people waited after they were due until their turn came, in seconds.',
  })
  lagSeconds(@CurrentActor() actor: Actor, @Parent() { id }: ListedExecution): Promise<number | null> {
    return this.readings.lagSeconds(actor.projectId, id);
  }

  @Allow('campaigns.launch')
  @Mutation(() => RetryExecutionPayload, {
    description: 'Starts an execution anew whose list could not be read. Nothing was sent by it, so nothing repeats.',
  })
  async retryExecution(
    @CurrentActor() actor: Actor,
    @Args('input') { id }: ExecutionIdInput,
  ): Promise<RetryExecutionPayload> {
    const refusal = await this.retrying.run(actor, id);
    if (refusal) {
      return { execution: null, userErrors: [{ code: refusal, path: ['id'], message: messages[refusal] }] };
    }
    return { execution: await this.executions.find(actor.projectId, id), userErrors: [] };
  }
}
