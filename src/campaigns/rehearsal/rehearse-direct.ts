import { AppError, systemClock } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { Tasks } from '@modules/projects';
import { SuppressionService } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { RehearsalCounter, type RehearsalSums } from '../domain/execution/rehearsal';
import { type AudienceMember, DirectAudienceRepository } from '../persistence/direct/direct-audience.repository';
import { type AudienceStatement, directTemplate } from '../persistence/ledger/direct-execution.repository';
import { type DirectDraft, DirectDrafts } from './direct-draft';
import type { DirectDryRun } from './dry-run.repository';
import { RehearsalContexts } from './rehearsal-contexts';
import { type Rehearsal, RehearsePeople } from './rehearse-people';

const pageSize = 5_000;

/** The campaign is not what it was when the rehearsal was asked for. */
class DraftChangedError extends AppError {
  readonly code = 'DRAFT_CHANGED';
  readonly retryable = false;
}

/** Rehearses a Direct campaign with whoever is in its segment now: render, gate, limits. */
@Injectable()
export class RehearseDirect {
  constructor(
    private readonly transactions: Transactions,
    private readonly drafts: DirectDrafts,
    private readonly profiles: ProfilesService,
    private readonly suppression: SuppressionService,
    private readonly audiences: DirectAudienceRepository,
    private readonly contexts: RehearsalContexts,
    private readonly people: RehearsePeople,
    private readonly tasks: Tasks,
  ) {}

  async run({ id, projectId, taskId, request }: DirectDryRun): Promise<RehearsalSums> {
    const { directCampaignId: campaignId } = request;
    const { content, segment } = await this.draft(projectId, campaignId);
    const context = await this.contexts.openDirect({ id, projectId, campaignId, content });
    const rehearsal = { taskId, context, counter: new RehearsalCounter() };
    await this.walk(rehearsal, await this.profiles.audience(projectId, { segment, isZoned: false }));
    const origin = { kind: 'DIRECT', executionId: id } as const;
    const { holdReason } = await this.suppression.standing(this.transactions.pool, projectId, origin);
    return { ...rehearsal.counter.sums(request.smsPartPrice), holdReason };
  }

  private async draft(projectId: string, directCampaignId: string): Promise<DirectDraft> {
    const draft = await this.drafts.read(projectId, directCampaignId);
    if (!draft) throw new DraftChangedError('The campaign is gone');
    const [problem] = draft.problems;
    if (problem) throw new DraftChangedError(`It was changed and cannot be sent: ${problem.message}`);
    return draft;
  }

  private walk(rehearsal: Rehearsal, audience: AudienceStatement): Promise<void> {
    return this.transactions.run(async (tx) => {
      for await (const members of this.audiences.pages(tx, audience, pageSize)) {
        await this.people.add(rehearsal, members.map(toRecipient));
        const progress = { processed: members.length, succeeded: members.length, failed: 0 };
        await this.tasks.progress(this.transactions.pool, rehearsal.taskId, progress);
      }
    });
  }
}

function toRecipient({ profileId, userId }: AudienceMember, seq: number) {
  const customerId = userId ?? profileId;
  return { seq, customerId, templateId: directTemplate, attributes: [], profileId, dueAt: systemClock.now() };
}
