import { Transactions, type Tx } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { type CampaignProblem, conflict, notFound, wrongStatus } from '../authoring/campaign-problem';
import { ReviewCampaign } from '../authoring/review-campaign';
import { launchProblems, type Review } from '../authoring/review-parts';
import { Snippets } from '../authoring/snippets';
import { ReviewDirectCampaign } from '../direct/review-direct-campaign';
import type { ApprovalKind } from '../domain/approval';
import type { CampaignContent } from '../domain/content/campaign-content';
import { ApprovalRepository, type ApprovalRequest } from '../persistence/authoring/approval.repository';
import type { CampaignEntity } from '../persistence/authoring/campaign.entity';
import { CampaignRepository } from '../persistence/authoring/campaign.repository';
import { type DirectCampaign, DirectCampaignRepository } from '../persistence/direct/direct-campaign.repository';

/** The request as it is now, or what has to be mended first. */
export interface ApprovalOutcome {
  approval: ApprovalRequest | null;
  problems: CampaignProblem[];
}

/** What an approver would launch. */
interface Subject {
  kind: ApprovalKind;
  isArchived: boolean;
  version: number;
  /** Nothing was edited since the last launch. */
  isLaunched: boolean;
  review: () => Promise<Review>;
}

/** The way from an author to an approver: asked, granted by the launch, or given back with a note. */
@Injectable()
export class AskApproval {
  constructor(
    private readonly transactions: Transactions,
    private readonly campaigns: CampaignRepository,
    private readonly directs: DirectCampaignRepository,
    private readonly reviews: ReviewCampaign,
    private readonly directReviews: ReviewDirectCampaign,
    private readonly snippets: Snippets,
    private readonly approvals: ApprovalRepository,
    private readonly audit: AuditTrail,
  ) {}

  /** Asks that a campaign of either kind be launched as it was read. Only what could be launched can be asked for. */
  submit(
    actor: Actor,
    { id, version, note }: { id: string; version: number; note: string | null },
  ): Promise<ApprovalOutcome> {
    const { projectId } = actor;
    return this.transactions.run(async (tx) => {
      const subject = await this.subjectOf(tx, projectId, id);
      if (!subject) return refused(notFound);
      if (subject.version !== version) return refused(conflict);
      if (subject.isArchived) return refused(wrongStatus(['id'], 'An archived campaign cannot be launched'));
      if (subject.isLaunched) return refused(wrongStatus(['id'], 'Nothing was changed since it was launched'));
      const problems = launchProblems((await subject.review()).findings);
      if (problems.length > 0) return refused(...problems);
      const { kind } = subject;
      const added = await this.approvals.add(tx, { projectId, kind, campaignId: id, note, requestedBy: actor.label });
      await this.record(tx, actor, { action: 'submitted', kind, id, after: { note, version } });
      return { approval: await this.approvals.find(tx, projectId, added), problems: [] };
    });
  }

  /** Gives a request back to its author, who reads in the note what to change. */
  giveBack(actor: Actor, { id, note }: { id: string; note: string }): Promise<ApprovalOutcome> {
    const { projectId, label: by } = actor;
    return this.transactions.run(async (tx) => {
      const approval = await this.approvals.find(tx, projectId, id);
      if (!approval) return refused({ ...notFound, message: 'This project has no such request; list approvals' });
      if (!(await this.approvals.giveBack(tx, { projectId, id, by, note }))) {
        return refused(wrongStatus(['id'], 'The request is not pending any more'));
      }
      const { kind, campaignId } = approval;
      await this.record(tx, actor, { action: 'returned', kind, id: campaignId, after: { note } });
      return { approval: await this.approvals.find(tx, projectId, id), problems: [] };
    });
  }

  private async subjectOf(tx: Tx, projectId: string, id: string): Promise<Subject | null> {
    const campaign = await this.campaigns.lock(tx, projectId, id);
    const attached = (content: CampaignContent) => this.snippets.attach(tx, projectId, content);
    if (campaign) {
      const review = async () => this.reviews.review(tx, campaign, await attached(campaign.content));
      return { ...standing(campaign), kind: 'CAMPAIGN', review };
    }
    const direct = await this.directs.lock(tx, projectId, id);
    if (!direct) return null;
    const review = async () => this.directReviews.review(tx, direct, await attached(direct.content));
    return { ...standing(direct), kind: 'DIRECT', review };
  }

  private record(
    tx: Tx,
    actor: Actor,
    { action, kind, id, after }: { action: string; kind: ApprovalKind; id: string; after: object },
  ): Promise<void> {
    const type = kind === 'CAMPAIGN' ? 'campaign' : 'direct-campaign';
    return this.audit.record(tx, actor, { action: `${type}.${action}`, subject: { type, id }, after });
  }
}

/** What is live as it is edited needs no approval; what has left can be asked for again. */
function standing(campaign: CampaignEntity | DirectCampaign): Pick<Subject, 'isArchived' | 'version' | 'isLaunched'> {
  const { status, version, launchedRevision, contentRevision } = campaign;
  const isLive = status === 'PUBLISHED' || status === 'SCHEDULED' || status === 'PAUSED';
  return { isArchived: status === 'ARCHIVED', version, isLaunched: isLive && launchedRevision === contentRevision };
}

function refused(...problems: CampaignProblem[]): ApprovalOutcome {
  return { approval: null, problems };
}
