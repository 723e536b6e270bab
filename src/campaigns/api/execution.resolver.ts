import { isUuid } from '@libs/foundation';
import { toPage } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { type Funnel, toFunnel } from '../domain/execution/funnel';
import { ExecutionListRepository, type ListedExecution } from '../persistence/ledger/execution-list.repository';
import { ExecutionsArgs, RecipientsArgs } from './execution.args';
import {
  ExecutionConnection,
  ExecutionType,
  FunnelType,
  RecipientConnection,
  TemplateFunnelType,
} from './execution.type';
import { FunnelLoader } from './funnel.loader';
import { readCursor } from './read-cursor';

const isSeq = (text: string): boolean => /^\d{1,9}$/.test(text);

/** Executions and their funnels. */
@Resolver(() => ExecutionType)
export class ExecutionResolver {
  constructor(
    private readonly executions: ExecutionListRepository,
    private readonly funnels: FunnelLoader,
  ) {}

  @Allow('campaigns.view')
  @Query(() => ExecutionType, { nullable: true, description: 'One execution of the project.' })
  execution(@CurrentActor() actor: Actor, @Args('id', { type: () => ID }) id: string): Promise<ListedExecution | null> {
    return this.executions.find(actor.projectId, id);
  }

  @Allow('campaigns.view')
  @Query(() => ExecutionConnection, { name: 'executions', description: 'Executions of the project, newest first.' })
  async listExecutions(@CurrentActor() actor: Actor, @Args() args: ExecutionsArgs): Promise<ExecutionConnection> {
    const rows = await this.executions.list({
      projectId: actor.projectId,
      connectionId: args.connectionId ?? null,
      state: args.state ?? null,
      kind: args.kind,
      optimoveCampaignId: args.optimoveCampaignId,
      campaignId: args.campaignId,
      beforeId: readCursor(args.after, isUuid),
      fromDay: args.fromDay,
      toDay: args.toDay,
      limit: args.first + 1,
    });
    return toPage(rows, { first: args.first, cursorOf: ({ id }) => id, map: (row) => row });
  }

  @ResolveField(() => FunnelType, { description: 'Where the customers went.' })
  async funnel(@Parent() execution: ListedExecution): Promise<Funnel> {
    const { sums, tallies } = await this.funnels.load(execution.id);
    const total = { received: 0, duplicates: 0, malformed: 0 };
    for (const sum of sums) {
      total.received += sum.received;
      total.duplicates += sum.duplicates;
      total.malformed += sum.malformed;
    }
    return toFunnel({ ...total, tallies });
  }

  @ResolveField(() => [TemplateFunnelType], { description: 'The funnel of each template.' })
  async templates(@Parent() execution: ListedExecution): Promise<TemplateFunnelType[]> {
    const { sums, tallies } = await this.funnels.load(execution.id);
    return sums.map((sum) => ({
      executionId: execution.id,
      optimoveTemplateId: sum.templateId,
      funnel: toFunnel({ ...sum, tallies: tallies.filter(({ templateId }) => templateId === sum.templateId) }),
    }));
  }

  @ResolveField(() => RecipientConnection, { description: 'The customers and what became of each.' })
  async recipients(
    @CurrentActor() actor: Actor,
    @Parent() execution: ListedExecution,
    @Args() args: RecipientsArgs,
  ): Promise<RecipientConnection> {
    const rows = await this.executions.recipients(actor.projectId, execution.id, {
      endState: args.endState ?? null,
      afterSeq: Number(readCursor(args.after, isSeq) ?? 0),
      limit: args.first + 1,
    });
    return toPage(rows, { first: args.first, cursorOf: ({ seq }) => String(seq), map: (row) => row });
  }
}
