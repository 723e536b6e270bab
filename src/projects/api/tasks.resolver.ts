import { isUuid } from '@libs/foundation';
import { Transactions, toPage } from '@libs/platform';
import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import type { Actor } from '../domain/actor';
import { WorkSources } from '../work-sources';
import { Allow, CurrentActor } from './actor.decorators';
import { readIdCursor } from './read-cursor';
import { TaskConnection, TasksArgs, TaskType } from './task.type';

const everything = {
  connectionId: null,
  kind: null,
  isOpen: null,
  statuses: null,
  from: null,
  to: null,
  beforeId: null,
};

/** All long work of a project in one list. */
@Resolver()
export class TasksResolver {
  constructor(
    private readonly work: WorkSources,
    private readonly transactions: Transactions,
  ) {}

  @Allow('project.view')
  @Query(() => TaskType, { nullable: true, description: 'One task of the project.' })
  async task(
    @CurrentActor() { projectId }: Actor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<TaskType | null> {
    if (!isUuid(id)) return null;
    const one = { ...everything, projectId, id, limit: 1 };
    const [work] = await this.work.list(this.transactions.pool, one);
    return work ?? null;
  }

  @Allow('project.view')
  @Query(() => TaskConnection, {
    description: 'All long work of the project, newest first: imports, syncs, calculations, executions, postbacks.',
  })
  async tasks(@CurrentActor() { projectId }: Actor, @Args() args: TasksArgs): Promise<TaskConnection> {
    const rows = await this.work.list(this.transactions.pool, {
      projectId,
      id: null,
      connectionId: args.connectionId ?? null,
      kind: args.kind ?? null,
      isOpen: args.isOpen ?? null,
      statuses: args.statuses ?? null,
      from: args.from ?? null,
      to: args.to ?? null,
      beforeId: readIdCursor(args.after),
      limit: args.first + 1,
    });
    return toPage(rows, { first: args.first, cursorOf: ({ id }) => id, map: (row) => row });
  }
}
