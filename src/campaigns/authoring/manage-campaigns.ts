import { newId } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { type Actor, AuditTrail, mayDo } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import type { CampaignType } from '../domain/campaign-type';
import type { CampaignContent } from '../domain/content/campaign-content';
import { ApprovalRepository } from '../persistence/authoring/approval.repository';
import { CampaignEntity } from '../persistence/authoring/campaign.entity';
import { CampaignRepository } from '../persistence/authoring/campaign.repository';
import { auditView, subjectOf } from './campaign-audit';
import { CampaignChannels } from './campaign-channel';
import {
  type CampaignOutcome,
  channelNotFound,
  conflict,
  done,
  nameTaken,
  notAllowed,
  notFound,
  refused,
  wrongStatus,
} from './campaign-problem';
import { CampaignSegments, type GivenSegment } from './campaign-segments';
import { ContentToSave, changedContent, type GivenContent } from './content-to-save';
import { newTemplateId } from './template-id';

/** What a new campaign starts with. */
export interface NewCampaign {
  type?: CampaignType;
  /** Absent: the only channel of the project that can carry it, else none until one is chosen. */
  channelId?: string | null;
  name: string;
  content: CampaignContent;
  segment?: GivenSegment | null;
}

/** What to change of a campaign. An absent medium stays, a medium that is null goes. */
export interface CampaignChange {
  id: string;
  version: number;
  channelId?: string;
  content?: GivenContent;
  /** Null takes it away. */
  segment?: GivenSegment | null;
}

/** Creates and edits campaigns. What is live changes only by a launch. */
@Injectable()
export class ManageCampaigns {
  constructor(
    private readonly transactions: Transactions,
    private readonly campaigns: CampaignRepository,
    private readonly channels: CampaignChannels,
    private readonly segments: CampaignSegments,
    private readonly approvals: ApprovalRepository,
    private readonly contents: ContentToSave,
    private readonly audit: AuditTrail,
  ) {}

  /** Stores a draft; its content need not be ready for launch. */
  async create(
    actor: Actor,
    { type = 'OPTIMOVE', channelId, name, content, segment: given = null }: NewCampaign,
  ): Promise<CampaignOutcome> {
    const channel = channelId
      ? await this.channels.find(actor.projectId, channelId)
      : await this.channels.preselected(actor.projectId, type);
    if (channelId && !channel) return refused(channelNotFound);
    const campaign = Object.assign(new CampaignEntity(), {
      id: newId(),
      projectId: actor.projectId,
      connectionId: channel?.connectionId ?? null,
      channelId: channel?.id ?? null,
      type,
      name,
      content,
      optimoveTemplateId: newTemplateId(),
    });
    return this.transactions.run(async (tx) => {
      if (await this.campaigns.isNameTaken(tx, campaign)) return refused(nameTaken);
      const { segment, problems } = await this.segments.read(tx, actor.projectId, given);
      const prepared = await this.contents.prepare(tx, actor.projectId, { given: content });
      problems.push(...prepared.problems);
      if (problems.length > 0) return refused(...problems);
      Object.assign(campaign, { segment, content: prepared.content });
      const saved = await this.campaigns.save(tx, campaign);
      const subject = subjectOf(saved);
      await this.audit.record(tx, actor, { action: 'campaign.created', subject, after: auditView(saved) });
      return done(saved);
    });
  }

  /** Edits what the next launch will freeze. The channel is fixed while the template is in Optimove. */
  async update(actor: Actor, change: CampaignChange): Promise<CampaignOutcome> {
    const channel = change.channelId ? await this.channels.find(actor.projectId, change.channelId) : null;
    if (change.channelId && !channel) return refused(channelNotFound);
    return this.transactions.run(async (tx) => {
      const campaign = await this.campaigns.lock(tx, actor.projectId, change.id);
      if (!campaign) return refused(notFound);
      if (campaign.version !== change.version) return refused(conflict);
      if (campaign.status === 'ARCHIVED') return refused(wrongStatus(['id'], 'An archived campaign cannot be edited'));
      const isMoved = channel !== null && channel.id !== campaign.channelId;
      if (isMoved && campaign.status === 'PUBLISHED') {
        return refused(wrongStatus(['channelId'], 'Withdraw the campaign before you move it to another channel'));
      }
      const { segment, problems } = await this.segments.read(tx, actor.projectId, change.segment ?? null);
      const given = { given: change.content ?? {}, before: campaign.content };
      const prepared = await this.contents.prepare(tx, actor.projectId, given);
      problems.push(...prepared.problems);
      if (problems.length > 0) return refused(...problems);
      return this.write(tx, actor, {
        campaign,
        changed: {
          ...(change.segment === undefined ? {} : { segment }),
          content: changedContent(campaign.content, prepared.content),
          ...(channel ? { channelId: channel.id, connectionId: channel.connectionId } : {}),
        },
      });
    });
  }

  /** Archives a campaign that is not in Optimove; a live one is withdrawn first. */
  async archive(actor: Actor, id: string): Promise<CampaignOutcome> {
    return this.transactions.run(async (tx) => {
      const campaign = await this.campaigns.lock(tx, actor.projectId, id);
      if (!campaign) return refused(notFound);
      if (campaign.status === 'ARCHIVED') return done(campaign);
      if (campaign.status === 'PUBLISHED') return refused(wrongStatus(['id'], 'Withdraw the campaign first'));
      if (campaign.status !== 'DRAFT' && !mayDo(actor.role, 'campaigns.launch')) {
        return refused(notAllowed('It has been live: only who may launch can put it away'));
      }
      await this.approvals.supersede(tx, { projectId: actor.projectId, campaignId: id });
      Object.assign(campaign, { status: 'ARCHIVED', version: campaign.version + 1, updatedAt: new Date() });
      await this.audit.record(tx, actor, { action: 'campaign.archived', subject: subjectOf(campaign) });
      return done(await this.campaigns.save(tx, campaign));
    });
  }

  private async write(
    tx: Tx,
    actor: Actor,
    { campaign, changed }: { campaign: CampaignEntity; changed: Partial<CampaignEntity> },
  ): Promise<CampaignOutcome> {
    const before = auditView(campaign);
    await this.approvals.supersede(tx, { projectId: actor.projectId, campaignId: campaign.id });
    Object.assign(campaign, changed, {
      contentRevision: campaign.contentRevision + 1,
      version: campaign.version + 1,
      updatedAt: new Date(),
    });
    const saved = await this.campaigns.save(tx, campaign);
    const subject = subjectOf(saved);
    await this.audit.record(tx, actor, { action: 'campaign.updated', subject, before, after: auditView(saved) });
    return done(saved);
  }
}
