import { validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Field, Mutation, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { StopShowing } from '../execution/stop-showing';
import { ExecutionListRepository } from '../persistence/ledger/execution-list.repository';
import { ExecutionType } from './execution.type';
import { ShowingLoader } from './showing.loader';
import { ExecutionIdInput, StopUserError } from './stop.type';

@ObjectType('StopShowingPayload', { description: 'Outcome of taking messages back from inboxes, apps and sites.' })
export class StopShowingPayload {
  @Field(() => ExecutionType, { nullable: true, description: 'The execution as it is now; null when refused.' })
  execution!: ExecutionType | null;

  @Field(() => [StopUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: StopUserError[];
}

const notFound = 'This project has no such execution; list executions to see their ids';

/** What inboxes, apps and sites show of executions. */
@Resolver(() => ExecutionType)
export class ShowingResolver {
  constructor(
    private readonly showing: StopShowing,
    private readonly executions: ExecutionListRepository,
    private readonly stopped: ShowingLoader,
  ) {}

  @Allow('campaigns.launch')
  @Mutation(() => StopShowingPayload, {
    description:
      'Takes the inbox, in-app and on-site messages of an execution back before they expire, also those still to come. What was seen stays counted.',
  })
  async stopShowing(@CurrentActor() actor: Actor, @Args('input') input: ExecutionIdInput): Promise<StopShowingPayload> {
    const problems = await validateInput(ExecutionIdInput, input);
    if (problems.length > 0) {
      return { execution: null, userErrors: problems.map((problem) => ({ ...problem, code: 'INVALID' })) };
    }
    if (!(await this.showing.stop(actor, input.id))) {
      return { execution: null, userErrors: [{ code: 'NOT_FOUND', path: ['id'], message: notFound }] };
    }
    return { execution: await this.executions.find(actor.projectId, input.id), userErrors: [] };
  }

  @ResolveField(() => Date, {
    nullable: true,
    description: 'When its inbox, in-app and on-site messages were taken back; null while they are shown.',
  })
  showingStoppedAt(@CurrentActor() { projectId }: Actor, @Parent() { id }: ExecutionType): Promise<Date | null> {
    return this.stopped.load(projectId, id);
  }
}
