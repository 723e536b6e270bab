import { newId, systemClock } from '@libs/foundation';
import type { Tx } from '@libs/platform';
import { SuppressionService } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { type Review, ReviewParts } from '../authoring/review-parts';
import type { CampaignContent } from '../domain/content/campaign-content';
import type { Finding } from '../domain/content/finding';
import { leftOut } from '../domain/direct/own-time';
import { scheduleProblem } from '../domain/direct/schedule';
import type { DirectCampaign } from '../persistence/direct/direct-campaign.repository';

/** The last step of the builder for a Direct campaign: what stands against a launch, and what it relies on. */
@Injectable()
export class ReviewDirectCampaign {
  constructor(
    private readonly parts: ReviewParts,
    private readonly suppression: SuppressionService,
  ) {}

  /** `content` is the campaign's with the texts of its snippets. */
  async review(tx: Tx, campaign: DirectCampaign, content: CampaignContent): Promise<Review> {
    const { projectId, segment } = campaign;
    const review = await this.parts.review(tx, { projectId, content, segment, isDirect: true });
    const findings = [...review.findings, ...timeFindings(campaign), ...(await this.reliance(tx, projectId))];
    return { ...review, findings };
  }

  private async reliance(tx: Tx, projectId: string): Promise<Finding[]> {
    const origin = { kind: 'DIRECT', executionId: newId() } as const;
    const { rules, holdReason, warnings } = await this.suppression.standing(tx, projectId, origin);
    const said: string[] = [...warnings];
    if (rules.length === 0)
      said.push('No exclusion rule protects this campaign: nobody is left out for being excluded');
    if (holdReason) said.push(`As things stand it would be held: ${holdReason}`);
    return said.map((message) => ({ path: ['suppression'], code: 'SUPPRESSION', severity: 'WARNING', message }));
  }
}

function timeFindings({ schedule }: DirectCampaign): Finding[] {
  const now = systemClock.now();
  const problem = scheduleProblem(schedule, now);
  if (problem) return [{ ...problem, code: 'INVALID', severity: 'ERROR' }];
  const message = leftOut(schedule, now);
  return message ? [{ path: ['schedule', 'at'], code: 'LEAVES_OUT', severity: 'WARNING', message }] : [];
}
