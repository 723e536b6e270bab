import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { validateContent } from '../../domain/content/validate-content';
import { stepsOf } from '../../domain/review/builder-steps';
import { CampaignType } from './campaign.type';
import { FindingType, PlaceholdersType } from './finding.type';
import { ReviewLoader } from './review.loader';
import { StepReportType } from './review.type';

/** What the builder says of a campaign. */
@Resolver(() => CampaignType)
export class CampaignReviewResolver {
  constructor(private readonly reviews: ReviewLoader) {}

  @ResolveField(() => [FindingType], { description: 'What its author should know; errors forbid a launch.' })
  async findings(@Parent() { row }: CampaignType): Promise<FindingType[]> {
    return (await this.reviews.load(row)).findings;
  }

  @ResolveField(() => [StepReportType], { description: 'The steps of the builder, each with what was found on it.' })
  async steps(@Parent() { row }: CampaignType): Promise<StepReportType[]> {
    return stepsOf((await this.reviews.load(row)).findings);
  }

  @ResolveField(() => PlaceholdersType, { description: 'The placeholders of the content.' })
  async placeholders(@Parent() { row }: CampaignType): Promise<PlaceholdersType> {
    return validateContent((await this.reviews.load(row)).content).placeholders;
  }
}
