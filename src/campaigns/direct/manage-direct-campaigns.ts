import { newId } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { type Actor, AuditTrail, mayDo } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { conflict, nameTaken, notAllowed, notFound, wrongStatus } from '../authoring/campaign-problem';
import { CampaignSegments, type GivenSegment } from '../authoring/campaign-segments';
import { ContentToSave, changedContent, type GivenContent } from '../authoring/content-to-save';
import type { CampaignContent } from '../domain/content/campaign-content';
import type { DirectSchedule } from '../domain/direct/schedule';
import { ApprovalRepository } from '../persistence/authoring/approval.repository';
import { type DirectCampaign, DirectCampaignRepository } from '../persistence/direct/direct-campaign.repository';
import { type DirectOutcome, directAuditView, directSubject, doneDirect, refusedDirect } from './direct-problem';

/** What a new Direct campaign starts with. */
export interface NewDirect {
  name: string;
  content: CampaignContent;
  /** Null: everybody of the project. */
  segment: GivenSegment | null;
  schedule: DirectSchedule;
}

/** What to change of a Direct campaign. What is absent stays; a medium that is null goes. */
export interface DirectChange {
  id: string;
  version: number;
  name?: string;
  content?: GivenContent;
  segment?: GivenSegment | null;
  schedule?: DirectSchedule;
}

/** Creates and edits Direct campaigns. What goes out changes only by a launch. */
@Injectable()
export class ManageDirectCampaigns {
  constructor(
    private readonly transactions: Transactions,
    private readonly campaigns: DirectCampaignRepository,
    private readonly segments: CampaignSegments,
    private readonly approvals: ApprovalRepository,
    private readonly contents: ContentToSave,
    private readonly audit: AuditTrail,
  ) {}

  /** Stores a draft; its content need not be ready for a launch. */
  create(actor: Actor, { name, content: written, segment: given, schedule }: NewDirect): Promise<DirectOutcome> {
    const { projectId } = actor;
    return this.transactions.run(async (tx) => {
      const id = newId();
      if (await this.campaigns.isNameTaken(tx, { projectId, id, name })) return refusedDirect(nameTaken);
      const { segment, problems } = await this.segments.read(tx, projectId, given);
      const { content, problems: ofContent } = await this.contents.prepare(tx, projectId, { given: written });
      problems.push(...ofContent);
      if (problems.length > 0) return refusedDirect(...problems);
      const saved = await this.campaigns.insert(tx, { id, projectId, name, content, segment, schedule });
      await this.record(tx, actor, { action: 'direct-campaign.created', saved });
      return doneDirect(saved);
    });
  }

  /** Edits what the next launch will freeze; what is scheduled goes on as it was launched. */
  update(actor: Actor, change: DirectChange): Promise<DirectOutcome> {
    return this.transactions.run(async (tx) => {
      const campaign = await this.campaigns.lock(tx, actor.projectId, change.id);
      if (!campaign) return refusedDirect(notFound);
      if (campaign.version !== change.version) return refusedDirect(conflict);
      if (campaign.status === 'ARCHIVED') {
        return refusedDirect(wrongStatus(['id'], 'An archived campaign cannot be edited'));
      }
      const name = change.name ?? campaign.name;
      if (await this.campaigns.isNameTaken(tx, { ...campaign, name })) return refusedDirect(nameTaken);
      const { segment, problems } = await this.segments.read(tx, actor.projectId, change.segment ?? null);
      const given = { given: change.content ?? {}, before: campaign.content };
      const prepared = await this.contents.prepare(tx, actor.projectId, given);
      problems.push(...prepared.problems);
      if (problems.length > 0) return refusedDirect(...problems);
      await this.approvals.supersede(tx, { projectId: actor.projectId, campaignId: campaign.id });
      const saved = await this.campaigns.save(tx, {
        ...campaign,
        name,
        content: changedContent(campaign.content, prepared.content),
        segment: change.segment === undefined ? campaign.segment : segment,
        schedule: change.schedule ?? campaign.schedule,
        contentRevision: campaign.contentRevision + 1,
      });
      await this.record(tx, actor, { action: 'direct-campaign.updated', saved, before: directAuditView(campaign) });
      return doneDirect(saved);
    });
  }

  /** Puts a campaign away; it does not go out any more. Its name becomes free and its history stays. */
  archive(actor: Actor, id: string): Promise<DirectOutcome> {
    return this.transactions.run(async (tx) => {
      const campaign = await this.campaigns.lock(tx, actor.projectId, id);
      if (!campaign) return refusedDirect(notFound);
      if (campaign.status === 'ARCHIVED') return doneDirect(campaign);
      if (campaign.status !== 'DRAFT' && !mayDo(actor.role, 'campaigns.launch')) {
        return refusedDirect(notAllowed('It was launched: only who may launch can put it away'));
      }
      await this.approvals.supersede(tx, { projectId: actor.projectId, campaignId: id });
      const saved = await this.campaigns.save(tx, { ...campaign, status: 'ARCHIVED', nextAt: null, nextDay: null });
      await this.record(tx, actor, { action: 'direct-campaign.archived', saved });
      return doneDirect(saved);
    });
  }

  private record(
    tx: Tx,
    actor: Actor,
    { action, saved, before }: { action: string; saved: DirectCampaign; before?: object },
  ): Promise<void> {
    return this.audit.record(tx, actor, {
      action,
      subject: directSubject(saved),
      before,
      after: directAuditView(saved),
    });
  }
}
