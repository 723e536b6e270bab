import { decodeCursor, Transactions, toPage } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { type ApprovalOutcome, AskApproval } from '../../approval/ask-approval';
import { ApprovalRepository } from '../../persistence/authoring/approval.repository';
import { DirectCampaignType } from '../direct/direct-campaign.type';
import { ApprovalLoader } from './approval.loader';
import {
  ApprovalConnection,
  ApprovalsArgs,
  ApprovalType,
  ReturnCampaignInput,
  ReturnCampaignPayload,
  SubmitCampaignInput,
  SubmitCampaignPayload,
} from './approval.type';
import { CampaignType } from './campaign.type';
import { invalidInput } from './invalid-input';

/** What is to be approved. */
@Resolver()
export class ApprovalResolver {
  constructor(
    private readonly asking: AskApproval,
    private readonly approvals: ApprovalRepository,
    private readonly transactions: Transactions,
  ) {}

  @Allow('campaigns.view')
  @Query(() => ApprovalConnection, {
    name: 'approvals',
    description: 'Requests to launch campaigns, newest first; state PENDING is what approvers have to do.',
  })
  async list(@CurrentActor() { projectId }: Actor, @Args() args: ApprovalsArgs): Promise<ApprovalConnection> {
    const { first, after, state = null } = args;
    const page = { projectId, state, beforeId: decodeCursor(after), limit: first + 1 };
    const rows = await this.approvals.list(this.transactions.pool, page);
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: (row) => row });
  }

  @Allow('campaigns.edit')
  @Mutation(() => SubmitCampaignPayload, {
    description:
      'Asks approvers to launch a campaign of either kind as it is. Whatever would refuse the launch refuses this; an edit takes it back.',
  })
  async submitCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: SubmitCampaignInput,
  ): Promise<SubmitCampaignPayload> {
    const problems = await invalidInput(SubmitCampaignInput, input);
    if (problems.length > 0) return toPayload({ approval: null, problems });
    const { id, version, note = null } = input;
    return toPayload(await this.asking.submit(actor, { id, version, note }));
  }

  @Allow('campaigns.launch')
  @Mutation(() => ReturnCampaignPayload, { description: 'Gives a pending request back to its author with a note.' })
  async returnCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: ReturnCampaignInput,
  ): Promise<ReturnCampaignPayload> {
    const problems = await invalidInput(ReturnCampaignInput, input);
    if (problems.length > 0) return toPayload({ approval: null, problems });
    return toPayload(await this.asking.giveBack(actor, { id: input.approvalId, note: input.note }));
  }
}

/** The latest request of a campaign. */
@Resolver(() => CampaignType)
export class CampaignApprovalResolver {
  constructor(private readonly approvals: ApprovalLoader) {}

  @ResolveField(() => ApprovalType, { nullable: true, description: 'The latest request to launch it.' })
  approval(@CurrentActor() { projectId }: Actor, @Parent() { id }: CampaignType): Promise<ApprovalType | null> {
    return this.approvals.load(projectId, id);
  }
}

/** The latest request of a Direct campaign. */
@Resolver(() => DirectCampaignType)
export class DirectApprovalResolver {
  constructor(private readonly approvals: ApprovalLoader) {}

  @ResolveField(() => ApprovalType, { nullable: true, description: 'The latest request to launch it.' })
  approval(@CurrentActor() { projectId }: Actor, @Parent() { id }: DirectCampaignType): Promise<ApprovalType | null> {
    return this.approvals.load(projectId, id);
  }
}

function toPayload({ approval, problems }: ApprovalOutcome): SubmitCampaignPayload {
  return { approval, userErrors: problems };
}
