import { GroupCommit, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { MessageRef } from '../domain/engagement';
import { type Engagement, EngagementRepository } from '../persistence/engagement.repository';

const largestBatch = 500;
const mostKept = 10_000;

/** Takes what people do as it comes. */
@Injectable()
export class EngagementIntake {
  private readonly projects = new Map<string, string>();
  private readonly rows: GroupCommit<Engagement, null>;

  constructor(
    private readonly transactions: Transactions,
    private readonly repository: EngagementRepository,
  ) {
    this.rows = new GroupCommit(largestBatch, async (rows) => {
      await this.transactions.run((tx) => this.repository.store(tx, rows));
      return rows.map(() => null);
    });
  }

  /** Resolves when it is committed. @returns false when there is no such message. */
  async add(event: Omit<Engagement, 'projectId'>): Promise<boolean> {
    const projectId = await this.projectOf(event);
    if (!projectId) return false;
    await this.rows.add({ ...event, projectId, userAgent: event.userAgent.replaceAll('\u0000', '').slice(0, 200) });
    return true;
  }

  private async projectOf(ref: MessageRef): Promise<string | null> {
    const known = this.projects.get(ref.executionId);
    if (known) return known;
    const recipient = await this.repository.recipient(this.transactions.pool, ref);
    if (!recipient) return null;
    if (this.projects.size >= mostKept) this.projects.clear();
    this.projects.set(ref.executionId, recipient.projectId);
    return recipient.projectId;
  }
}
