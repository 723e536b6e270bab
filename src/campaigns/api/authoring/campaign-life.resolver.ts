import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { refused } from '../../authoring/campaign-problem';
import { CopyCampaign } from '../../authoring/copy-campaign';
import { LaunchCampaign } from '../../authoring/launch-campaign';
import { ManageCampaigns } from '../../authoring/manage-campaigns';
import { RenameCampaign } from '../../authoring/rename-campaign';
import { WithdrawCampaign } from '../../authoring/withdraw-campaign';
import {
  ArchiveCampaignInput,
  CopyCampaignInput,
  LaunchCampaignInput,
  RenameCampaignInput,
  ResumeCampaignInput,
  WithdrawCampaignInput,
} from './campaign.inputs';
import {
  ArchiveCampaignPayload,
  CopyCampaignPayload,
  LaunchCampaignPayload,
  RenameCampaignPayload,
  ResumeCampaignPayload,
  WithdrawCampaignPayload,
} from './campaign.type';
import { invalidInput } from './invalid-input';
import { toPayload } from './map-campaign';

/** What happens to campaigns once they are written. */
@Resolver()
export class CampaignLifeResolver {
  constructor(
    private readonly manage: ManageCampaigns,
    private readonly launches: LaunchCampaign,
    private readonly withdrawals: WithdrawCampaign,
    private readonly names: RenameCampaign,
    private readonly copies: CopyCampaign,
  ) {}

  @Allow('campaigns.launch')
  @Mutation(() => LaunchCampaignPayload, {
    description:
      'Freezes the content and publishes it as a template in Optimove. Answers with what Optimove said within 10 seconds; after that the publication stays PENDING and is tried again.',
  })
  async launchCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: LaunchCampaignInput,
  ): Promise<LaunchCampaignPayload> {
    const problems = await invalidInput(LaunchCampaignInput, input);
    if (problems.length > 0) return toPayload(refused(...problems));
    return toPayload(await this.launches.launch(actor, input));
  }

  @Allow('campaigns.edit')
  @Mutation(() => RenameCampaignPayload, {
    description: 'Renames a campaign, and its template if it is published; that takes the right to launch.',
  })
  async renameCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: RenameCampaignInput,
  ): Promise<RenameCampaignPayload> {
    const problems = await invalidInput(RenameCampaignInput, input);
    if (problems.length > 0) return toPayload(refused(...problems));
    return toPayload(await this.names.rename(actor, input));
  }

  @Allow('campaigns.launch')
  @Mutation(() => WithdrawCampaignPayload, {
    description:
      'Pauses a campaign: takes the template out of Optimove. Campaigns that Optimove announced before still run with it.',
  })
  async withdrawCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: WithdrawCampaignInput,
  ): Promise<WithdrawCampaignPayload> {
    const problems = await invalidInput(WithdrawCampaignInput, input);
    if (problems.length > 0) return toPayload(refused(...problems));
    return toPayload(await this.withdrawals.withdraw(actor, input.id));
  }

  @Allow('campaigns.launch')
  @Mutation(() => ResumeCampaignPayload, {
    description: 'Puts a withdrawn template back as it was launched last; edits made since wait for the next launch.',
  })
  async resumeCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: ResumeCampaignInput,
  ): Promise<ResumeCampaignPayload> {
    const problems = await invalidInput(ResumeCampaignInput, input);
    if (problems.length > 0) return toPayload(refused(...problems));
    return toPayload(await this.withdrawals.resume(actor, input.id));
  }

  @Allow('campaigns.edit')
  @Mutation(() => CopyCampaignPayload, {
    description: 'Makes a draft with the content, segment and channel of a campaign as it is edited, in any status.',
  })
  async copyCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: CopyCampaignInput,
  ): Promise<CopyCampaignPayload> {
    const problems = await invalidInput(CopyCampaignInput, input);
    if (problems.length > 0) return toPayload(refused(...problems));
    return toPayload(await this.copies.copy(actor, { id: input.id, name: input.name ?? null }));
  }

  @Allow('campaigns.edit')
  @Mutation(() => ArchiveCampaignPayload, {
    description:
      'Puts a draft away, or a withdrawn campaign, which takes the right to launch. Its name becomes free; its history stays.',
  })
  async archiveCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: ArchiveCampaignInput,
  ): Promise<ArchiveCampaignPayload> {
    const problems = await invalidInput(ArchiveCampaignInput, input);
    if (problems.length > 0) return toPayload(refused(...problems));
    return toPayload(await this.manage.archive(actor, input.id));
  }
}
