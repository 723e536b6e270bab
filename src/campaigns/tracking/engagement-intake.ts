import { GroupCommit, Transactions } from '@libs/platform';
import { type KnownDevice, ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { MessageRef } from '../domain/engagement';
import { type Engagement, EngagementRepository, type Push } from '../persistence/engagement.repository';
import { saidOf } from './said';

const largestBatch = 500;
const mostKept = 10_000;

/** Takes what people do as it comes. */
@Injectable()
export class EngagementIntake {
  private readonly projects = new Map<string, string>();
  private readonly rows: GroupCommit<Engagement, null>;
  private readonly pushes: GroupCommit<Push, boolean>;

  constructor(
    private readonly transactions: Transactions,
    private readonly repository: EngagementRepository,
    private readonly profiles: ProfilesService,
  ) {
    this.rows = new GroupCommit(largestBatch, async (rows) => {
      await this.transactions.run((tx) => this.repository.store(tx, rows));
      return rows.map(() => null);
    });
    this.pushes = new GroupCommit(largestBatch, (pushes) => this.repository.wentOut(this.transactions.pool, pushes));
  }

  /** Whether this notification went to this installation; a delivery ID alone proves nothing, as anybody can write one. */
  wentTo({ id: deviceId, projectId }: KnownDevice, { executionId, seq, medium }: MessageRef): Promise<boolean> {
    return this.pushes.add({ executionId, seq, medium, deviceId, projectId });
  }

  /**
   * Resolves when it is committed; also of a message of which nothing else is kept any more, when its link names the person
   * or its execution is still known.
   * @returns false when there is no such message.
   */
  async add(event: Omit<Engagement, 'projectId' | 'isUnknown'>): Promise<boolean> {
    const known = this.projects.get(event.executionId);
    const recipient = known ? null : await this.repository.recipient(this.transactions.pool, event);
    const projectId = known ?? recipient?.projectId ?? (await this.projectWithoutRecipient(event));
    if (!projectId) return false;
    const isUnknown = !known && !recipient;
    if (recipient) this.remember(event.executionId, recipient.projectId);
    const userAgent = event.userAgent.replaceAll('\u0000', '').slice(0, 200);
    const row = { ...event, projectId, isUnknown, userAgent };
    if (event.kind === 'UNSUBSCRIBED' || event.kind === 'PREFERENCES') await this.addAnswer(row);
    else await this.rows.add(row);
    return true;
  }

  /**
   * What somebody says is in force when it is answered. The row is applied later with what else it changes, and then says
   * nothing new: it bears the same time.
   */
  private async addAnswer(row: Engagement): Promise<void> {
    const person = await this.personOf(row);
    const source = row.kind === 'PREFERENCES' ? 'PREFERENCE_PAGE' : 'UNSUBSCRIBE_LINK';
    await this.transactions.run(async (tx) => {
      await this.repository.store(tx, [row]);
      if (!person) return;
      const answer = { profileId: person.profileId, ...saidOf(row) };
      await this.profiles.applyConsent(tx, person.projectId, source, [answer]);
    });
  }

  /** Who got a message: as the ledger has it, else as the link names them. Null when neither is known. */
  async personOf(ref: MessageRef): Promise<{ projectId: string; profileId: string } | null> {
    const { pool } = this.transactions;
    const recipient = await this.repository.recipient(pool, ref);
    if (recipient?.profileId) return { projectId: recipient.projectId, profileId: recipient.profileId };
    const projectId = ref.profileId && (await this.profiles.projectOf(pool, ref.profileId));
    return projectId && ref.profileId ? { projectId, profileId: ref.profileId } : null;
  }

  private async projectWithoutRecipient({ executionId, profileId }: MessageRef): Promise<string | null> {
    const { pool } = this.transactions;
    return profileId ? this.profiles.projectOf(pool, profileId) : this.repository.projectOf(pool, executionId);
  }

  private remember(executionId: string, projectId: string): void {
    if (this.projects.size >= mostKept) this.projects.clear();
    this.projects.set(executionId, projectId);
  }
}
