import { InvariantError, newId } from '@libs/foundation';
import type { Tx } from '@libs/platform';
import type { ChannelView } from '@modules/channels';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { ApprovalRepository } from '../persistence/authoring/approval.repository';
import type { CampaignEntity } from '../persistence/authoring/campaign.entity';
import { CampaignRepository } from '../persistence/authoring/campaign.repository';
import { PublicationRepository } from '../persistence/authoring/publication.repository';
import { subjectOf } from './campaign-audit';
import { type CampaignOutcome, conflict, done, notFound, wrongStatus } from './campaign-problem';
import { PublicationSteps, type Step, stop } from './publication-steps';
import { ReviewCampaign } from './review-campaign';
import { launchProblems, type Review } from './review-parts';
import { Snippets } from './snippets';

/** Takes campaigns to Optimove. What is live is decided in the transaction; Optimove is told after it. */
@Injectable()
export class LaunchCampaign {
  constructor(
    private readonly steps: PublicationSteps,
    private readonly campaigns: CampaignRepository,
    private readonly publications: PublicationRepository,
    private readonly reviews: ReviewCampaign,
    private readonly snippets: Snippets,
    private readonly approvals: ApprovalRepository,
    private readonly audit: AuditTrail,
  ) {}

  /** Freezes the content and the segment as a version, which later executions send, and publishes it as a template. */
  launch(actor: Actor, { id, version }: { id: string; version: number }): Promise<CampaignOutcome> {
    return this.steps.run(async (tx) => {
      const campaign = await this.campaigns.lock(tx, actor.projectId, id);
      if (!campaign) return stop(notFound);
      if (campaign.version !== version) return stop(conflict);
      if (campaign.status === 'ARCHIVED') return stop(wrongStatus(['id'], 'An archived campaign cannot be launched'));
      const content = await this.snippets.attach(tx, actor.projectId, campaign.content);
      const { channel, findings, segment, apps } = await this.reviews.review(tx, campaign, content);
      const problems = launchProblems(findings);
      if (problems.length > 0) return stop(...problems);
      if (!channel) throw new InvariantError(`Campaign ${id} passed its review without a channel`);
      return this.freeze(tx, actor, { campaign, content, channel, segment, apps });
    });
  }

  private async freeze(
    tx: Tx,
    actor: Actor,
    {
      campaign,
      content,
      channel,
      segment,
      apps,
    }: Pick<Review, 'content' | 'segment' | 'apps'> & { campaign: CampaignEntity; channel: ChannelView },
  ): Promise<Step> {
    const { projectId, id: campaignId, optimoveTemplateId } = campaign;
    const { id: channelId, connectionId, optimoveChannelId } = channel;
    const versionId = newId();
    const frozen = { id: versionId, projectId, campaignId, channelId, content, segment, launchedBy: actor.label };
    await this.campaigns.freeze(tx, frozen);
    await this.approvals.approve(tx, { projectId, campaignId, by: actor.label });
    const ticket = await this.publications.wishPublished(tx, {
      projectId,
      campaignId,
      connectionId,
      channelId,
      optimoveChannelId,
      optimoveTemplateId,
      templateName: campaign.name,
      versionId,
      apps,
    });
    const after = { versionId, optimoveChannelId, optimoveTemplateId };
    await this.audit.record(tx, actor, { action: 'campaign.launched', subject: subjectOf(campaign), after });
    const launchedRevision = campaign.contentRevision;
    const saved = await this.steps.save(tx, campaign, { status: 'PUBLISHED', launchedRevision });
    return { outcome: done(saved), tickets: [ticket] };
  }
}
