import { Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { CampaignEntity } from '../persistence/authoring/campaign.entity';
import { CampaignRepository } from '../persistence/authoring/campaign.repository';
import type { PublicationTicket } from '../persistence/authoring/publication.repository';
import { type CampaignOutcome, type CampaignProblem, refused } from './campaign-problem';
import { PublishNow } from './publish-now';

/** What a transaction came to, and what Optimove is to be told after it. */
export interface Step {
  outcome: CampaignOutcome;
  tickets: PublicationTicket[];
}

/** A step that was refused. */
export function stop(...problems: CampaignProblem[]): Step {
  return { outcome: refused(...problems), tickets: [] };
}

/** Changes of campaigns that Optimove hears of: decided in a transaction, told after it. */
@Injectable()
export class PublicationSteps {
  constructor(
    private readonly transactions: Transactions,
    private readonly campaigns: CampaignRepository,
    private readonly publishNow: PublishNow,
  ) {}

  /** Does the work and lets Optimove know; a job finishes what Optimove does not answer soon. */
  async run(work: (tx: Tx) => Promise<Step>): Promise<CampaignOutcome> {
    const { outcome, tickets } = await this.transactions.run(async (tx) => {
      const step = await work(tx);
      await this.publishNow.schedule(tx, step.tickets);
      return step;
    });
    if (tickets.length > 0) await this.publishNow.attempt(tickets);
    return outcome;
  }

  /** Writes a locked campaign back, one version on. */
  save(tx: Tx, campaign: CampaignEntity, changed: Partial<CampaignEntity>): Promise<CampaignEntity> {
    Object.assign(campaign, changed, { version: campaign.version + 1, updatedAt: new Date() });
    return this.campaigns.save(tx, campaign);
  }
}
