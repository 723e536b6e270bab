import { newId, systemClock } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { conflict, notFound, wrongStatus } from '../authoring/campaign-problem';
import { launchProblems } from '../authoring/review-parts';
import { Snippets } from '../authoring/snippets';
import { firstOccurrence } from '../domain/direct/schedule';
import { ApprovalRepository } from '../persistence/authoring/approval.repository';
import { CampaignRepository } from '../persistence/authoring/campaign.repository';
import { type DirectCampaign, DirectCampaignRepository } from '../persistence/direct/direct-campaign.repository';
import { type DirectOutcome, directSubject, doneDirect, refusedDirect } from './direct-problem';
import { ReviewDirectCampaign } from './review-direct-campaign';

/** Launches Direct campaigns, holds them back and lets them go on. */
@Injectable()
export class LaunchDirectCampaign {
  constructor(
    private readonly transactions: Transactions,
    private readonly campaigns: DirectCampaignRepository,
    private readonly versions: CampaignRepository,
    private readonly reviews: ReviewDirectCampaign,
    private readonly snippets: Snippets,
    private readonly approvals: ApprovalRepository,
    private readonly audit: AuditTrail,
  ) {}

  /** Freezes content, segment and schedule. From the commit on the campaign goes out at the times of the schedule. */
  launch(actor: Actor, { id, version }: { id: string; version: number }): Promise<DirectOutcome> {
    return this.transactions.run(async (tx) => {
      const campaign = await this.campaigns.lock(tx, actor.projectId, id);
      if (!campaign) return refusedDirect(notFound);
      if (campaign.version !== version) return refusedDirect(conflict);
      if (campaign.status === 'ARCHIVED') {
        return refusedDirect(wrongStatus(['id'], 'An archived campaign cannot be launched'));
      }
      const now = systemClock.now();
      const content = await this.snippets.attach(tx, actor.projectId, campaign.content);
      const { segment, findings } = await this.reviews.review(tx, campaign, content);
      const problems = launchProblems(findings);
      if (problems.length > 0) return refusedDirect(...problems);
      const versionId = newId();
      const frozen = {
        id: versionId,
        projectId: actor.projectId,
        campaignId: id,
        channelId: null,
        content,
        segment,
        launchedBy: actor.label,
      };
      await this.versions.freeze(tx, frozen);
      await this.approvals.approve(tx, { projectId: actor.projectId, campaignId: id, by: actor.label });
      const next = firstOccurrence(campaign.schedule, now);
      const saved = await this.campaigns.save(tx, {
        ...campaign,
        status: 'SCHEDULED',
        launchedRevision: campaign.contentRevision,
        launchedVersionId: versionId,
        launchedSchedule: campaign.schedule,
        launches: campaign.launches + 1,
        nextAt: next?.at ?? null,
        nextDay: next?.day ?? null,
      });
      await this.record(tx, actor, { action: 'direct-campaign.launched', saved });
      return doneDirect(saved);
    });
  }

  /** Nothing more begins until it is resumed; what runs is paused by itself, over its execution. */
  pause(actor: Actor, id: string): Promise<DirectOutcome> {
    return this.change(actor, id, 'direct-campaign.paused', (campaign) =>
      campaign.status === 'SCHEDULED' ? { status: 'PAUSED' } : 'Only a scheduled campaign can be paused',
    );
  }

  /** Goes on with the next time of the schedule; those that passed meanwhile are left out. */
  resume(actor: Actor, id: string): Promise<DirectOutcome> {
    return this.change(actor, id, 'direct-campaign.resumed', (campaign) => {
      const { status, launchedSchedule: schedule } = campaign;
      if (status !== 'PAUSED' || !schedule) return 'Only a paused campaign can be resumed';
      const now = systemClock.now();
      const next = firstOccurrence(schedule, now);
      return { status: next ? 'SCHEDULED' : 'FINISHED', nextAt: next?.at ?? null, nextDay: next?.day ?? null };
    });
  }

  private change(
    actor: Actor,
    id: string,
    action: string,
    change: (campaign: DirectCampaign) => Partial<DirectCampaign> | string,
  ): Promise<DirectOutcome> {
    return this.transactions.run(async (tx) => {
      const campaign = await this.campaigns.lock(tx, actor.projectId, id);
      if (!campaign) return refusedDirect(notFound);
      const changed = change(campaign);
      if (typeof changed === 'string') return refusedDirect(wrongStatus(['id'], changed));
      const saved = await this.campaigns.save(tx, { ...campaign, ...changed });
      await this.record(tx, actor, { action, saved });
      return doneDirect(saved);
    });
  }

  private record(tx: Tx, actor: Actor, { action, saved }: { action: string; saved: DirectCampaign }): Promise<void> {
    const { launchedVersionId: versionId, launchedSchedule: schedule, nextAt, status } = saved;
    const after = { versionId, schedule, nextAt, status };
    return this.audit.record(tx, actor, { action, subject: directSubject(saved), after });
  }
}
