import { newId } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import type { ChannelView } from '@modules/channels';
import type { FrozenSegment } from '@modules/profiles';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import type { CampaignContent } from '../domain/content/campaign-content';
import { errorsOf, validateContent } from '../domain/content/validate-content';
import type { CampaignEntity } from '../persistence/authoring/campaign.entity';
import { CampaignRepository } from '../persistence/authoring/campaign.repository';
import { PublicationRepository, type PublicationTicket } from '../persistence/authoring/publication.repository';
import { subjectOf } from './campaign-audit';
import { CampaignChannels, mediaProblems } from './campaign-channel';
import {
  type CampaignOutcome,
  type CampaignProblem,
  channelNotFound,
  conflict,
  done,
  nameTaken,
  notFound,
  refused,
  wrongStatus,
} from './campaign-problem';
import { CampaignSegments } from './campaign-segments';
import { PublishNow } from './publish-now';
import { Snippets } from './snippets';

interface Step {
  outcome: CampaignOutcome;
  tickets: PublicationTicket[];
}

/** Takes campaigns to Optimove and back. What is live is decided in the transaction; Optimove is told after it. */
@Injectable()
export class LaunchCampaign {
  constructor(
    private readonly transactions: Transactions,
    private readonly campaigns: CampaignRepository,
    private readonly publications: PublicationRepository,
    private readonly channels: CampaignChannels,
    private readonly segments: CampaignSegments,
    private readonly snippets: Snippets,
    private readonly publishNow: PublishNow,
    private readonly audit: AuditTrail,
  ) {}

  /** Freezes the content and the segment as a version, which later executions send, and publishes it as a template. */
  async launch(actor: Actor, { id, version }: { id: string; version: number }): Promise<CampaignOutcome> {
    const found = await this.campaigns.find(this.transactions.pool, actor.projectId, id);
    if (!found) return refused(notFound);
    const channel = await this.channels.find(actor.projectId, found.channelId);
    if (!channel) return refused(channelNotFound);
    return this.inTransaction(async (tx) => {
      const campaign = await this.campaigns.lock(tx, actor.projectId, id);
      if (!campaign) return stop(notFound);
      if (campaign.version !== version) return stop(conflict);
      const content = await this.snippets.attach(tx, actor.projectId, campaign.content);
      const problems = launchProblems({ ...campaign, content }, channel);
      const frozen = await this.segments.freeze(tx, actor.projectId, campaign.segment);
      if (problems.length + frozen.problems.length > 0) return stop(...problems, ...frozen.problems);
      return this.freeze(tx, actor, { campaign, content, channel, segment: frozen.segment });
    });
  }

  /** Gives the campaign a new name, which is also the name of its template. */
  rename(actor: Actor, { id, version, name }: { id: string; version: number; name: string }): Promise<CampaignOutcome> {
    return this.inTransaction(async (tx) => {
      const campaign = await this.campaigns.lock(tx, actor.projectId, id);
      if (!campaign) return stop(notFound);
      if (campaign.version !== version) return stop(conflict);
      if (await this.campaigns.isNameTaken(tx, { projectId: actor.projectId, id, name })) return stop(nameTaken);
      const before = { name: campaign.name };
      const subject = subjectOf(campaign);
      await this.audit.record(tx, actor, { action: 'campaign.renamed', subject, before, after: { name } });
      const saved = await this.save(tx, campaign, { name });
      const isLive = saved.status === 'PUBLISHED';
      const wish = { projectId: actor.projectId, campaignId: id, name };
      return { outcome: done(saved), tickets: isLive ? await this.publications.wishRenamed(tx, wish) : [] };
    });
  }

  /** Takes the template out of Optimove. What was announced before still runs with its frozen content. */
  withdraw(actor: Actor, id: string): Promise<CampaignOutcome> {
    return this.inTransaction(async (tx) => {
      const campaign = await this.campaigns.lock(tx, actor.projectId, id);
      if (!campaign) return stop(notFound);
      if (campaign.status === 'DRAFT') return stop(wrongStatus(['id'], 'A draft is not in Optimove'));
      const tickets = await this.publications.wishWithdrawn(tx, { projectId: actor.projectId, ids: [id] });
      if (campaign.status !== 'PUBLISHED') return { outcome: done(campaign), tickets };
      await this.audit.record(tx, actor, { action: 'campaign.withdrawn', subject: subjectOf(campaign) });
      return { outcome: done(await this.save(tx, campaign, { status: 'WITHDRAWN' })), tickets };
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
    }: { campaign: CampaignEntity; content: CampaignContent; channel: ChannelView; segment: FrozenSegment | null },
  ): Promise<Step> {
    const { projectId, id: campaignId, channelId, connectionId, optimoveTemplateId } = campaign;
    const versionId = newId();
    await this.campaigns.freeze(tx, { id: versionId, projectId, campaignId, channelId, content, segment });
    const ticket = await this.publications.wishPublished(tx, {
      projectId,
      campaignId,
      connectionId,
      channelId,
      optimoveChannelId: channel.optimoveChannelId,
      optimoveTemplateId,
      templateName: campaign.name,
      versionId,
    });
    const after = { versionId, optimoveChannelId: channel.optimoveChannelId, optimoveTemplateId };
    await this.audit.record(tx, actor, { action: 'campaign.launched', subject: subjectOf(campaign), after });
    const launchedRevision = campaign.contentRevision;
    return {
      outcome: done(await this.save(tx, campaign, { status: 'PUBLISHED', launchedRevision })),
      tickets: [ticket],
    };
  }

  private save(tx: Tx, campaign: CampaignEntity, changed: Partial<CampaignEntity>): Promise<CampaignEntity> {
    Object.assign(campaign, changed, { version: campaign.version + 1, updatedAt: new Date() });
    return this.campaigns.save(tx, campaign);
  }

  private async inTransaction(work: (tx: Tx) => Promise<Step>): Promise<CampaignOutcome> {
    const { outcome, tickets } = await this.transactions.run(async (tx) => {
      const step = await work(tx);
      await this.publishNow.schedule(tx, step.tickets);
      return step;
    });
    if (tickets.length > 0) await this.publishNow.attempt(tickets);
    return outcome;
  }
}

function stop(...problems: CampaignProblem[]): Step {
  return { outcome: refused(...problems), tickets: [] };
}

/** Everything that forbids the launch, at the fields of the content. */
function launchProblems(campaign: CampaignEntity, channel: ChannelView): CampaignProblem[] {
  if (campaign.status === 'ARCHIVED') return [wrongStatus(['id'], 'An archived campaign cannot be launched')];
  const findings = errorsOf(validateContent(campaign.content).findings);
  const invalid = findings.map(({ path, message }) => ({
    code: 'INVALID_CONTENT' as const,
    path: ['content', ...path],
    message,
  }));
  return [...invalid, ...mediaProblems(channel, campaign.content)];
}
