import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { CampaignRepository } from '../persistence/authoring/campaign.repository';
import { PublicationRepository } from '../persistence/authoring/publication.repository';
import { subjectOf } from './campaign-audit';
import { CampaignChannels } from './campaign-channel';
import { type CampaignOutcome, done, notFound, wrongStatus } from './campaign-problem';
import { PublicationSteps, stop } from './publication-steps';

/** Pauses campaigns: takes their templates out of Optimove and puts them back as they were. */
@Injectable()
export class WithdrawCampaign {
  constructor(
    private readonly steps: PublicationSteps,
    private readonly campaigns: CampaignRepository,
    private readonly publications: PublicationRepository,
    private readonly channels: CampaignChannels,
    private readonly audit: AuditTrail,
  ) {}

  /** Takes the template out of Optimove. What was announced before still runs with its frozen content. */
  withdraw(actor: Actor, id: string): Promise<CampaignOutcome> {
    return this.steps.run(async (tx) => {
      const campaign = await this.campaigns.lock(tx, actor.projectId, id);
      if (!campaign) return stop(notFound);
      if (campaign.status === 'DRAFT') return stop(wrongStatus(['id'], 'A draft is not in Optimove'));
      const tickets = await this.publications.wishWithdrawn(tx, { projectId: actor.projectId, ids: [id] });
      if (campaign.status !== 'PUBLISHED') return { outcome: done(campaign), tickets };
      await this.audit.record(tx, actor, { action: 'campaign.withdrawn', subject: subjectOf(campaign) });
      return { outcome: done(await this.steps.save(tx, campaign, { status: 'WITHDRAWN' })), tickets };
    });
  }

  /** Puts the template back with what was launched last; edits made since wait for the next launch. */
  resume(actor: Actor, id: string): Promise<CampaignOutcome> {
    return this.steps.run(async (tx) => {
      const campaign = await this.campaigns.lock(tx, actor.projectId, id);
      if (!campaign) return stop(notFound);
      if (campaign.status !== 'WITHDRAWN') {
        return stop(wrongStatus(['id'], 'Only a withdrawn campaign can be resumed'));
      }
      const { projectId, channelId, name } = campaign;
      const channel = channelId === null ? null : await this.channels.find(projectId, channelId);
      const wish = { projectId, campaignId: id, channelId, name };
      const tickets = channel ? await this.publications.wishResumed(tx, wish) : [];
      if (tickets.length === 0) {
        return stop(wrongStatus(['id'], 'It was not launched on the channel that it has now; launch it instead'));
      }
      await this.audit.record(tx, actor, { action: 'campaign.resumed', subject: subjectOf(campaign) });
      return { outcome: done(await this.steps.save(tx, campaign, { status: 'PUBLISHED' })), tickets };
    });
  }
}
