import { Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { MessageRef } from '../domain/engagement';
import { type Engagement, EngagementRepository } from '../persistence/engagement.repository';

interface Waiting {
  row: Engagement;
  resolve: () => void;
  reject: (error: unknown) => void;
}

const largestBatch = 500;
const mostKept = 10_000;

/** Takes what people do as it comes. Rows that arrive while one batch is being written go together in the next. */
@Injectable()
export class EngagementIntake {
  private waiting: Waiting[] = [];
  private isWriting = false;
  private readonly projects = new Map<string, string>();

  constructor(
    private readonly transactions: Transactions,
    private readonly repository: EngagementRepository,
  ) {}

  /** Resolves when it is committed. @returns false when there is no such message. */
  async add(event: Omit<Engagement, 'projectId'>): Promise<boolean> {
    const projectId = await this.projectOf(event);
    if (!projectId) return false;
    const row = { ...event, projectId, userAgent: event.userAgent.replaceAll('\u0000', '').slice(0, 200) };
    await new Promise<void>((resolve, reject) => {
      this.waiting.push({ row, resolve, reject });
      if (!this.isWriting) void this.write();
    });
    return true;
  }

  private async write(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, largestBatch);
      try {
        const rows = batch.map(({ row }) => row);
        await this.transactions.run((tx) => this.repository.store(tx, rows));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.isWriting = false;
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
