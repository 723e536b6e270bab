import { systemClock } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { RefusedBehaviour } from '../domain/behaviour';
import { ImportWriter } from '../imports/import-writer';
import { type ProfileRow, profileFile } from '../imports/profile-rows';
import { againAfterClash } from '../persistence/again-after-clash';
import { BehaviourRepository } from '../persistence/behaviour.repository';
import { ConsentRepository } from '../persistence/consent.repository';
import { ProfileRepository } from '../persistence/profile.repository';
import type { HitEventInput } from './external.inputs';
import { profileOf } from './profile-columns';

interface ReadEvent {
  index: number;
  event: HitEventInput;
  row: ProfileRow;
}

/** Stores events that servers report, with what they say about the people. */
@Injectable()
export class HitEvents {
  constructor(
    private readonly transactions: Transactions,
    private readonly writer: ImportWriter,
    private readonly consent: ConsentRepository,
    private readonly profiles: ProfileRepository,
    private readonly behaviour: BehaviourRepository,
  ) {}

  /** A batch in one transaction: the profiles first, then the events. @returns what could not be stored. */
  store(projectId: string, events: HitEventInput[]): Promise<RefusedBehaviour[]> {
    const read = events.map((event, index) => ({ index, event, ...profileOf(event.user_id, event.user_attributes) }));
    const refused = read.flatMap((each) => ('reason' in each ? [{ index: each.index, reason: each.reason }] : []));
    const good = read.flatMap((each) => ('row' in each ? [each] : []));
    const write = async (tx: Tx): Promise<RefusedBehaviour[]> => {
      const unfit = await this.writePeople(tx, projectId, good);
      const left = good.filter(({ row }) => !unfit.has(row.userId));
      const misfits = good.flatMap(({ index, row }) => {
        const reason = unfit.get(row.userId);
        return reason === undefined ? [] : [{ index, reason }];
      });
      const unstored = await this.writeEvents(tx, projectId, left);
      return [...refused, ...misfits, ...unstored].sort((a, b) => a.index - b.index);
    };
    return againAfterClash(() => this.transactions.run(write));
  }

  /** One row per person, the later event's values over the earlier one's. @returns why people were refused. */
  private async writePeople(tx: Tx, projectId: string, events: ReadEvent[]): Promise<Map<string, string>> {
    const byUser = new Map<string, ProfileRow>();
    for (const { row } of events) {
      const earlier = byUser.get(row.userId);
      byUser.set(row.userId, earlier ? profileFile.merge(earlier, row) : row);
    }
    const rows = [...byUser.values()];
    await this.consent.from(tx, 'API');
    const { refused } = await this.writer.writeProfiles(tx, projectId, rows);
    return new Map(refused.map(({ index, reason }) => [rows[index]?.userId ?? '', reason]));
  }

  private async writeEvents(tx: Tx, projectId: string, events: ReadEvent[]): Promise<RefusedBehaviour[]> {
    const userIds = [...new Set(events.map(({ row }) => row.userId))];
    const ids = await this.profiles.idsOf(tx, projectId, userIds);
    const batch = events.map(({ event, row }) => ({
      profileId: ids.get(row.userId) ?? '',
      name: event.event,
      value: event.value,
      occurredAt: instantOf(event.timestamp),
    }));
    const refused = await this.behaviour.add(tx, projectId, { kind: 'EVENT', batch });
    return refused.map(({ index, reason }) => ({ index: events[index]?.index ?? 0, reason }));
  }
}

/** Xtremepush: a timestamp is UTC unless it carries an offset; a number is Unix time. */
function instantOf(timestamp: string | number | undefined): Date {
  if (timestamp === undefined) return systemClock.now();
  if (typeof timestamp === 'number') return new Date(timestamp * 1_000);
  const text = timestamp.trim().replace(' ', 'T');
  return new Date(/(z|[+-]\d{2}:?\d{2})$/i.test(text) || !text.includes('T') ? text : `${text}Z`);
}
