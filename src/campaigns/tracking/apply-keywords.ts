import { Transactions, type Tx } from '@libs/platform';
import { DeliveryService, type KeywordRow } from '@modules/channels';
import { ProfilesService } from '@modules/profiles';
import { RefusedAddresses } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { EngagementRepository } from '../persistence/engagement.repository';
import { TextedRepository } from '../persistence/texted.repository';

const batchSize = 500;

type Said = KeywordRow & { keyword: 'STOP' | 'START' };

/**
 * Does what people ask for by text. STOP and START change the subscription of everybody with that number. A STOP was in
 * force, and its number listed, when it was taken in; a START takes the number off the list. A STOP counts for the last
 * text that they got, whatever follows it.
 */
@Injectable()
export class ApplyKeywords {
  constructor(
    private readonly transactions: Transactions,
    private readonly delivery: DeliveryService,
    private readonly profiles: ProfilesService,
    private readonly refused: RefusedAddresses,
    private readonly texted: TextedRepository,
    private readonly engagement: EngagementRepository,
  ) {}

  /** Works until nothing is left. */
  async run(): Promise<void> {
    while ((await this.applyBatch()) === batchSize);
  }

  private applyBatch(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const rows = await this.delivery.takeKeywords(tx, batchSize);
      const said = rows.filter((row): row is Said => row.keyword !== 'HELP');
      for (const projectId of new Set(said.map((row) => row.projectId))) {
        await this.apply(
          tx,
          projectId,
          said.filter((row) => row.projectId === projectId),
        );
      }
      return rows.length;
    });
  }

  private async apply(tx: Tx, projectId: string, said: Said[]): Promise<void> {
    const last = new Map(said.map((row) => [row.number, row]));
    const numbers = [...last.keys()];
    const owners = await this.profiles.withNumbers(tx, projectId, numbers);
    const people = saidBy(owners, last);
    const answers = people.map(({ profileId, word }) => ({
      ...{ profileId, sms: subscriptionOf(word), saidAt: word.receivedAt },
    }));
    if (answers.length > 0) await this.profiles.applyConsent(tx, projectId, 'KEYWORD', answers);
    const known = new Set(people.map(({ word }) => word.number));
    const started = numbers.flatMap((address) => {
      const word = last.get(address);
      return word?.keyword === 'START' ? [{ medium: 'SMS' as const, address, saidAt: word.receivedAt }] : [];
    });
    await this.refused.takeBack(tx, projectId, started);
    await this.delivery.markUnknownTexts(
      tx,
      said.filter(({ number }) => !known.has(number)).map(({ id }) => id),
    );
    const stops = said.filter(({ keyword }) => keyword === 'STOP');
    await this.count(tx, projectId, saidBy(owners, new Map(stops.map((row) => [row.number, row]))));
  }

  /** The subscription is changed already: the empty answers say that this event does not do it once more. */
  private async count(tx: Tx, projectId: string, people: { profileId: string; word: Said }[]): Promise<void> {
    const occurredAt = new Map(people.map(({ profileId, word }) => [profileId, word.occurredAt]));
    const messages = await this.texted.lastOf(tx, projectId, [...occurredAt.keys()]);
    const rows = messages.map(({ executionId, seq, profileId }) => ({
      ...({ projectId, executionId, seq, profileId, medium: 'SMS', kind: 'UNSUBSCRIBED' } as const),
      ...{ isMachine: false, link: null, answers: {}, userAgent: 'STOP' },
      occurredAt: occurredAt.get(profileId) ?? new Date(),
    }));
    if (rows.length > 0) await this.engagement.store(tx, rows);
  }
}

function saidBy(
  owners: { profileId: string; number: string }[],
  words: Map<string, Said>,
): { profileId: string; word: Said }[] {
  return owners.flatMap(({ profileId, number }) => {
    const word = words.get(number);
    return word ? [{ profileId, word }] : [];
  });
}

function subscriptionOf({ keyword }: Said): 'SUBSCRIBED' | 'UNSUBSCRIBED' {
  return keyword === 'START' ? 'SUBSCRIBED' : 'UNSUBSCRIBED';
}
