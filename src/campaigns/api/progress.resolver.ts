import { isUuid } from '@libs/foundation';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { BadRequestException } from '@nestjs/common';
import { Args, ID, Resolver, Subscription } from '@nestjs/graphql';
import { type ExecutionProgress, WatchExecution } from '../execution/watch-execution';
import { ExecutionListRepository } from '../persistence/ledger/execution-list.repository';
import { ExecutionProgressType } from './progress.type';

/** Executions while they run. */
@Resolver(() => ExecutionProgressType)
export class ProgressResolver {
  constructor(
    private readonly watch: WatchExecution,
    private readonly executions: ExecutionListRepository,
  ) {}

  @Allow('campaigns.view')
  @Subscription(() => ExecutionProgressType, {
    description:
      'Follows an execution, at most twice a second, until it is through. Connect over graphql-ws with the API key in connectionParams as `authorization`.',
  })
  async executionProgress(
    @CurrentActor() { projectId }: Actor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<AsyncGenerator<{ executionProgress: ExecutionProgress }>> {
    const execution = isUuid(id) ? await this.executions.find(projectId, id) : null;
    if (!execution) throw new BadRequestException('This project has no such execution');
    return named(this.watch.progress(projectId, id));
  }
}

async function* named(
  progress: AsyncGenerator<ExecutionProgress>,
): AsyncGenerator<{ executionProgress: ExecutionProgress }> {
  for await (const executionProgress of progress) yield { executionProgress };
}
