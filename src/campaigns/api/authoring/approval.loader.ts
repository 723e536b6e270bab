import { Transactions } from '@libs/platform';
import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';
import { ApprovalRepository, type ApprovalRequest } from '../../persistence/authoring/approval.repository';

/** The latest request of each campaign of a page, in one statement; a request has one project. */
@Injectable({ scope: Scope.REQUEST })
export class ApprovalLoader {
  private projectId = '';
  private readonly loader = new DataLoader<string, ApprovalRequest | null>(
    async (ids) => {
      const found = await this.approvals.latest(this.transactions.pool, this.projectId, ids);
      return ids.map((id) => found.get(id) ?? null);
    },
    // Mutations of one request follow each other, and each changes what the next must see.
    { cache: false },
  );

  constructor(
    private readonly approvals: ApprovalRepository,
    private readonly transactions: Transactions,
  ) {}

  load(projectId: string, campaignId: string): Promise<ApprovalRequest | null> {
    this.projectId = projectId;
    return this.loader.load(campaignId);
  }
}
