import { Transactions, type Tx } from '@libs/platform';
import {
  type CampaignDeedRow,
  type ConsentAnswer,
  type ConsentSource,
  ProfilesService,
  type Subscription,
} from '@modules/profiles';
import { SuppressionService } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { SettleProven } from '../execution/settle-proven';
import { EngagementRepository, type TakenEngagement } from '../persistence/engagement.repository';
import { TotalsChangeRepository } from '../persistence/ledger/totals-change.repository';

const batchSize = 1_000;

type Answered = TakenEngagement & { profileId: string };

/** Moves the ledger, what people said and the suppression list by what arrived, each row once. */
@Injectable()
export class ApplyEngagement {
  constructor(
    private readonly transactions: Transactions,
    private readonly changes: TotalsChangeRepository,
    private readonly repository: EngagementRepository,
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
      await this.changes.add(tx, await this.repository.apply(tx, events));
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

  /** In the order they came: what somebody said last counts. */
  private async applyAnswers(tx: Tx, events: Answered[]): Promise<void> {
    for (const projectId of new Set(events.map((event) => event.projectId))) {
      const own = events.filter((event) => event.projectId === projectId);
      const sources: [ConsentSource, Answered[]][] = [
        ['UNSUBSCRIBE_LINK', own.filter(({ kind }) => kind === 'UNSUBSCRIBED')],
        ['PREFERENCE_PAGE', own.filter(({ kind }) => kind === 'PREFERENCES')],
      ];
      for (const [source, said] of sources) {
        if (said.length > 0) await this.profiles.applyConsent(tx, projectId, source, lastAnswers(said));
      }
      const complaints = own.filter(({ kind }) => kind === 'COMPLAINED');
      if (complaints.length > 0) await this.suppression.suppressAfterComplaint(tx, projectId, complaints);
    }
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

function lastAnswers(events: Answered[]): ConsentAnswer[] {
  const byProfile = new Map<string, ConsentAnswer>();
  for (const event of events) {
    byProfile.set(event.profileId, {
      ...byProfile.get(event.profileId),
      profileId: event.profileId,
      ...answerOf(event),
    });
  }
  return [...byProfile.values()];
}

function answerOf({ kind, medium, answers }: Answered): Omit<ConsentAnswer, 'profileId'> {
  if (kind === 'UNSUBSCRIBED' && !answers)
    return medium === 'SMS' ? { sms: 'UNSUBSCRIBED' } : { email: 'UNSUBSCRIBED' };
  const said = (wants: boolean): Subscription => (wants ? 'SUBSCRIBED' : 'UNSUBSCRIBED');
  return {
    ...(answers?.email === undefined ? {} : { email: said(answers.email) }),
    ...(answers?.sms === undefined ? {} : { sms: said(answers.sms) }),
  };
}
