import { type Actor, AuditTrail, mayDo } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { CampaignRepository } from '../persistence/authoring/campaign.repository';
import { PublicationRepository } from '../persistence/authoring/publication.repository';
import { subjectOf } from './campaign-audit';
import { type CampaignOutcome, conflict, done, nameTaken, notAllowed, notFound } from './campaign-problem';
import { PublicationSteps, stop } from './publication-steps';

/** Gives campaigns, and their templates in Optimove, other names. */
@Injectable()
export class RenameCampaign {
  constructor(
    private readonly steps: PublicationSteps,
    private readonly campaigns: CampaignRepository,
    private readonly publications: PublicationRepository,
    private readonly audit: AuditTrail,
  ) {}

  /** The name of a published campaign is what Optimove shows: to change it takes the right to launch. */
  rename(actor: Actor, { id, version, name }: { id: string; version: number; name: string }): Promise<CampaignOutcome> {
    return this.steps.run(async (tx) => {
      const campaign = await this.campaigns.lock(tx, actor.projectId, id);
      if (!campaign) return stop(notFound);
      if (campaign.version !== version) return stop(conflict);
      const isLive = campaign.status === 'PUBLISHED';
      if (isLive && !mayDo(actor.role, 'campaigns.launch')) {
        return stop(notAllowed('It is published: only who may launch can rename its template'));
      }
      if (await this.campaigns.isNameTaken(tx, { projectId: actor.projectId, id, name })) return stop(nameTaken);
      const before = { name: campaign.name };
      const subject = subjectOf(campaign);
      await this.audit.record(tx, actor, { action: 'campaign.renamed', subject, before, after: { name } });
      const saved = await this.steps.save(tx, campaign, { name });
      const wish = { projectId: actor.projectId, campaignId: id, name };
      return { outcome: done(saved), tickets: isLive ? await this.publications.wishRenamed(tx, wish) : [] };
    });
  }
}
