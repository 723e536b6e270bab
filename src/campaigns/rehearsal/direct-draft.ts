import { Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { CampaignProblem } from '../authoring/campaign-problem';
import { launchProblems, type Review } from '../authoring/review-parts';
import { Snippets } from '../authoring/snippets';
import { ReviewDirectCampaign } from '../direct/review-direct-campaign';
import { DirectCampaignRepository } from '../persistence/direct/direct-campaign.repository';

/** A Direct campaign as a launch would freeze it now. */
export interface DirectDraft extends Pick<Review, 'content' | 'segment'> {
  name: string;
  /** What would forbid the launch; its times do not count. */
  problems: CampaignProblem[];
}

/** Reads Direct campaigns as they are edited, launched or not. */
@Injectable()
export class DirectDrafts {
  constructor(
    private readonly transactions: Transactions,
    private readonly campaigns: DirectCampaignRepository,
    private readonly snippets: Snippets,
    private readonly reviews: ReviewDirectCampaign,
  ) {}

  /** Null when the project has no such campaign. */
  async read(projectId: string, id: string): Promise<DirectDraft | null> {
    const tx = this.transactions.pool;
    const campaign = await this.campaigns.find(tx, projectId, id);
    if (!campaign) return null;
    const attached = await this.snippets.attach(tx, projectId, campaign.content);
    const { content, segment, findings } = await this.reviews.review(tx, campaign, attached);
    const problems = launchProblems(findings).filter(({ path }) => path[0] !== 'schedule');
    return { name: campaign.name, content, segment, problems };
  }
}
