import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { SentCampaign } from '../persistence/ledger/sent-campaign.repository';
import { SentCampaignType, TemplateFunnelType } from './execution.type';
import { SentCampaignLoader } from './sent-campaign.loader';

/** What a template of an execution is to us. */
@Resolver(() => TemplateFunnelType)
export class TemplateFunnelResolver {
  constructor(private readonly campaigns: SentCampaignLoader) {}

  @ResolveField(() => SentCampaignType, {
    nullable: true,
    description: 'Our campaign, and the version of it that is sent; null when the template is not ours.',
  })
  campaign(@Parent() { executionId, optimoveTemplateId }: TemplateFunnelType): Promise<SentCampaign | null> {
    return this.campaigns.load({ executionId, optimoveTemplateId });
  }
}
