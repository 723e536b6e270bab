import { Transactions, type Tx } from '@libs/platform';
import { type CampaignDeedRow, type ConsentAnswer, type ConsentSource, ProfilesService } from '@modules/profiles';
import { SuppressionService } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { SettleProven } from '../execution/settle-proven';
import { EngagementRepository, type TakenEngagement } from '../persistence/engagement.repository';
import { EngagementLedgerRepository } from '../persistence/ledger/engagement-ledger.repository';
import { TotalsChangeRepository } from '../persistence/ledger/totals-change.repository';
import { FindLinks } from './find-links';
import { saidOf } from './said';

const batchSize = 1_000;

type Answered = TakenEngagement & { profileId: string };

/** Moves the ledger, what people said and the suppression list by what arrived, each row once. */
@Injectable()
export class ApplyEngagement {
  constructor(
    private readonly transactions: Transactions,
    private readonly changes: TotalsChangeRepository,
    private readonly repository: EngagementRepository,
    private readonly ledger: EngagementLedgerRepository,
    private readonly links: FindLinks,
    private readonly profiles: ProfilesService,
    private readonly suppression: SuppressionService,
    private readonly proven: SettleProven,
  ) {}

  /** Works until nothing is left. */
  async run(): Promise<void> {
    while ((await this.applyBatch()) === batchSize);
  }

  private applyBatch(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const events = await this.take(tx);
      if (events.length === 0) return 0;
      await this.proven.run(tx, events);
      const linkIds = await this.links.of(tx, events);
      const counted = events.map((event) => ({ ...event, linkId: linkIds.get(event.id) ?? null }));
      await this.changes.add(tx, await this.ledger.apply(tx, counted));
      await this.keepDeeds(tx, events);
      await this.applyAnswers(tx, await this.withProfiles(tx, events.filter(isAnswer)));
      return events.length;
    });
  }

  /** Those that a burst shows to be a program's are marked before they count. */
  private async take(tx: Tx): Promise<TakenEngagement[]> {
    const events = await this.repository.take(tx, batchSize);
    const clicks = events.filter(({ kind, isMachine }) => kind === 'CLICKED' && !isMachine);
    const inBursts = await this.repository.burstsAmong(tx, clicks);
    if (inBursts.size === 0) return events;
    return events.map((event) => (inBursts.has(event.id) ? { ...event, isMachine: true } : event));
  }

  /** Profiles keep their own copy, which the rules of segments look at. A click is an opening too. */
  private async keepDeeds(tx: Tx, events: TakenEngagement[]): Promise<void> {
    const done = events.filter((event) => !event.isMachine);
    const found = await this.repository.campaignsOf(tx, done);
    const people = new Map(found.map((row) => [`${row.executionId} ${row.seq}`, row]));
    for (const projectId of new Set(found.map((row) => row.projectId))) {
      const deeds = done.flatMap((event) => {
        const person = people.get(`${event.executionId} ${event.seq}`);
        return person?.projectId === projectId ? deedsOf(event, person) : [];
      });
      await this.profiles.recordDeeds(tx, projectId, deeds);
    }
  }

  private async withProfiles(tx: Tx, events: TakenEngagement[]): Promise<Answered[]> {
    if (events.length === 0) return [];
    const found = await this.repository.profilesOf(tx, events);
    const profiles = new Map(found.map((row) => [`${row.executionId} ${row.seq}`, row.profileId]));
    return events.flatMap((event) => {
      const profileId = profiles.get(`${event.executionId} ${event.seq}`) ?? event.profileId;
      return profileId ? [{ ...event, profileId }] : [];
    });
  }

  /** What somebody said last counts, whatever road it came by: every answer bears its time. */
  private async applyAnswers(tx: Tx, events: Answered[]): Promise<void> {
    for (const projectId of new Set(events.map((event) => event.projectId))) {
      const own = events.filter((event) => event.projectId === projectId);
      const sources: [ConsentSource, Answered[]][] = [
        ['UNSUBSCRIBE_LINK', own.filter(({ kind }) => kind === 'UNSUBSCRIBED')],
        ['PREFERENCE_PAGE', own.filter(({ kind }) => kind === 'PREFERENCES')],
      ];
      for (const [source, said] of sources) {
        for (const medium of ['email', 'sms'] as const) {
          const answers = lastAnswers(said, medium);
          if (answers.length > 0) await this.profiles.applyConsent(tx, projectId, source, answers);
        }
      }
      await this.suppressAfter(
        tx,
        projectId,
        own.filter(({ kind }) => kind === 'COMPLAINED'),
      );
    }
  }

  private async suppressAfter(tx: Tx, projectId: string, complaints: Answered[]): Promise<void> {
    if (complaints.length === 0) return;
    const mailedTo = await this.repository.mailedTo(tx, complaints);
    const given = complaints.map(({ executionId, seq, profileId, medium }) => ({
      ...{ profileId, medium, address: mailedTo.get(`${executionId} ${seq} ${medium}`) ?? null },
    }));
    await this.suppression.suppressAfterComplaint(tx, projectId, given);
  }
}

function deedsOf(
  { kind, medium, occurredAt: at }: TakenEngagement,
  { profileId, campaignId }: { profileId: string; campaignId: string },
): CampaignDeedRow[] {
  if (kind === 'PREFERENCES' || kind === 'DELIVERED') return [];
  const deed = { profileId, campaignId, deed: kind, medium, at };
  return kind === 'CLICKED' ? [{ ...deed, deed: 'OPENED' }, deed] : [deed];
}

function isAnswer({ kind }: TakenEngagement): boolean {
  return kind === 'UNSUBSCRIBED' || kind === 'PREFERENCES' || kind === 'COMPLAINED';
}

/** The last answer of each person about a medium, with its own time. */
function lastAnswers(events: Answered[], medium: 'email' | 'sms'): ConsentAnswer[] {
  const byProfile = new Map<string, ConsentAnswer>();
  for (const event of events) {
    const { profileId, saidAt } = event;
    const answer = saidOf(event)[medium];
    const before = byProfile.get(profileId)?.saidAt;
    if (answer && (!before || before <= saidAt)) byProfile.set(profileId, { profileId, saidAt, [medium]: answer });
  }
  return [...byProfile.values()];
}
