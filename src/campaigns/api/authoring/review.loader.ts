import { Transactions } from '@libs/platform';
import { Injectable, Scope } from '@nestjs/common';
import { OptimoveAttributes } from '../../authoring/optimove-attributes';
import { type CampaignReview, ReviewCampaign } from '../../authoring/review-campaign';
import type { CampaignEntity } from '../../persistence/authoring/campaign.entity';
import { SnippetLoader } from './snippet.loader';

/** One review for all that is asked about a campaign as it was read. */
@Injectable({ scope: Scope.REQUEST })
export class ReviewLoader {
  private readonly reviews = new WeakMap<CampaignEntity, Promise<CampaignReview>>();

  constructor(
    private readonly review: ReviewCampaign,
    private readonly attributes: OptimoveAttributes,
    private readonly snippets: SnippetLoader,
    private readonly transactions: Transactions,
  ) {}

  load(campaign: CampaignEntity): Promise<CampaignReview> {
    const known = this.reviews.get(campaign) ?? this.make(campaign);
    this.reviews.set(campaign, known);
    return known;
  }

  private async make(campaign: CampaignEntity): Promise<CampaignReview> {
    const content = await this.snippets.load(campaign.projectId, campaign.content);
    const review = await this.review.review(this.transactions.pool, campaign, content);
    if (!review.channel) return review;
    const unknown = await this.attributes.findings(review.channel, content);
    return { ...review, findings: [...review.findings, ...unknown] };
  }
}
