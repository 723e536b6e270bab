import { Transactions, type Tx } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { InAppView, InboxPage, KeptDeed, Moment } from './domain/kept-message';
import { type Candidate, KeptMessageRepository, type KeptOwner } from './persistence/kept-message.repository';

/** Says which of these messages, by id, must not be shown now. */
export type Withheld = (ids: string[]) => Promise<ReadonlySet<string>>;

/** Shown one after another, so more at once is of no use. */
const mostShownAtOnce = 10;

/** What people have in their inboxes, and what apps and sites may show them. */
@Injectable()
export class KeptMessagesService {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: KeptMessageRepository,
    private readonly profiles: ProfilesService,
  ) {}

  /** A page of the inbox, newest first, without what is withheld. `after` is the `next` of the page before. */
  async inbox(
    owner: KeptOwner,
    { after, limit }: { after: string | null; limit: number },
    withheld: Withheld,
  ): Promise<InboxPage> {
    const tx = this.transactions.pool;
    const rows = await this.repository.inbox(tx, owner, { before: after, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const unread = await this.repository.unread(tx, owner);
    const hidden = await withheld([...new Set([...page.map(({ id }) => id), ...unread])]);
    return {
      messages: page.filter(({ id }) => !hidden.has(id)).map(({ position: _position, ...message }) => message),
      unread: unread.filter((id) => !hidden.has(id)).length,
      next: rows.length > limit ? (page.at(-1)?.position ?? null) : null,
    };
  }

  /** Notes that the person has these now. @returns those that they did not have before. */
  markFetched(owner: KeptOwner, ids: string[]): Promise<string[]> {
    return this.repository.markFetched(this.transactions.pool, owner, ids);
  }

  /**
   * What may come up now, oldest first: for this moment, and for events that the server reported of the person since
   * the message was stored or last shown; without what is withheld.
   */
  async showNow(owner: KeptOwner, moment: Moment, withheld: Withheld): Promise<InAppView[]> {
    const tx = this.transactions.pool;
    const candidates = await this.repository.candidates(tx, owner, moment);
    const events = candidates.flatMap(({ triggerKind, triggerEvent }) =>
      triggerKind === 'SERVER_EVENT' && triggerEvent !== null ? [triggerEvent] : [],
    );
    const lastAt = await this.profiles.lastServerEvents(tx, owner.projectId, {
      profileId: owner.profileId,
      names: [...new Set(events)],
    });
    const triggered = candidates.filter((candidate) => isTriggered(candidate, lastAt));
    const hidden = await withheld(triggered.map(({ id }) => id));
    return triggered
      .filter(({ id }) => !hidden.has(id))
      .slice(0, mostShownAtOnce)
      .map(toView);
  }

  /** Shows nothing of a batch any more; it is what delivery ids begin with, up to the first dot. @returns false when that was so. */
  stop(tx: Tx, batch: { projectId: string; batchId: string; by: string }): Promise<boolean> {
    return this.repository.stop(tx, batch);
  }

  /** Since when batches are not shown; those that are shown are absent. */
  stoppedAt(projectId: string, batchIds: string[]): Promise<Map<string, Date>> {
    return this.repository.stoppedAt(this.transactions.pool, projectId, batchIds);
  }

  /** How many messages of each batch could still be shown and were not fetched by anybody, of one account or all. */
  waiting(
    projectId: string,
    wanted: { batchIds: string[]; accountId: string | null },
  ): Promise<ReadonlyMap<string, number>> {
    return this.repository.waiting(this.transactions.pool, projectId, wanted);
  }

  /** Writes down what an installation of this person reports. @returns false when the person has no such message. */
  mark(owner: KeptOwner, given: { id: string; deed: KeptDeed }): Promise<boolean> {
    return this.repository.mark(this.transactions.pool, owner, given);
  }
}

function isTriggered({ triggerKind, triggerEvent, since }: Candidate, lastAt: Map<string, Date>): boolean {
  if (triggerKind !== 'SERVER_EVENT') return true;
  const at = lastAt.get(triggerEvent ?? '');
  return at !== undefined && at > since;
}

function toView({ id, content, triggerKind, triggerEvent, expiresAt, displaysLeft }: Candidate): InAppView {
  const trigger = { kind: triggerKind, ...(triggerEvent === null ? {} : { event: triggerEvent }) };
  return { id, content, trigger, expiresAt, displaysLeft };
}
