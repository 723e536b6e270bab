import { GroupCommit, Notifications, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { Announcement } from '../persistence/ledger/announcement.repository';
import { type JournalEntry, JournalRepository } from '../persistence/ledger/journal.repository';
import { TriggeredRepository } from '../persistence/ledger/triggered.repository';

/** The channel on which workers learn that callbacks wait; the payload is the id of the execution. */
export const triggeredChannel = 'campaigns.triggered';

/** A readable callback of a customer who met a trigger. */
export interface TriggerCall {
  announcement: Announcement;
  timeZone: string;
  entry: Omit<JournalEntry, 'outcome' | 'reason' | 'executionId'>;
}

/** What became of it. */
export interface AcceptedTrigger {
  outcome: 'TRIGGERED' | 'REFUSED';
  reason: string | null;
  executionId: string;
}

const largestBatch = 200;

/** Takes triggered callbacks in: what arrives together is committed together and wakes the workers once. */
@Injectable()
export class TriggerIntake {
  private readonly calls: GroupCommit<TriggerCall, AcceptedTrigger>;

  constructor(
    transactions: Transactions,
    private readonly triggered: TriggeredRepository,
    private readonly journal: JournalRepository,
    private readonly notifications: Notifications,
  ) {
    this.calls = new GroupCommit(largestBatch, (calls) => transactions.run((tx) => this.store(tx, calls)));
  }

  /** Resolves when the callback is committed with the day's execution that it belongs to. */
  add(call: TriggerCall): Promise<AcceptedTrigger> {
    return this.calls.add(call);
  }

  private async store(tx: Tx, calls: TriggerCall[]): Promise<AcceptedTrigger[]> {
    const opened = new Map<string, AcceptedTrigger>();
    // In one order everywhere: two processes that open the same days must not wait for each other.
    for (const call of [...calls].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))) {
      if (!opened.has(keyOf(call))) opened.set(keyOf(call), await this.open(tx, call));
    }
    const accepted = calls.map((call) => opened.get(keyOf(call)) as AcceptedTrigger);
    await this.journal.appendMany(
      tx,
      calls.map(({ entry }, index) => ({ ...entry, ...(accepted[index] as AcceptedTrigger) })),
    );
    for (const { outcome, executionId } of opened.values()) {
      if (outcome === 'TRIGGERED') await this.notifications.notify(tx, triggeredChannel, executionId);
    }
    return accepted;
  }

  private async open(tx: Tx, { announcement, timeZone }: TriggerCall): Promise<AcceptedTrigger> {
    const { id: executionId, isOpen } = await this.triggered.open(tx, announcement, { timeZone });
    if (isOpen) return { outcome: 'TRIGGERED', reason: null, executionId };
    return { outcome: 'REFUSED', reason: 'The execution of this campaign and day is not open', executionId };
  }
}

function keyOf({ announcement }: TriggerCall): string {
  const { connectionId, optimoveCampaignId, channelId, runDate } = announcement;
  return [connectionId, optimoveCampaignId, channelId, runDate].join(' ');
}
