import type { Medium } from '@libs/delivery';
import { isTimeZone, systemClock } from '@libs/foundation';
import type { Tx } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { Drop } from '../domain/execution/end-state';
import { type Category, isLimited, limitReached } from '../domain/limits/category';
import { quietUntil } from '../domain/limits/quiet-hours';
import { CategoryUseRepository } from '../persistence/limits/category-use.repository';
import type { LimitsInForce } from './limits-in-force';

/** Somebody whom the gate lets through. */
export interface LimitedPerson {
  seq: number;
  profileId: string;
  templateId: string;
  /** Zone that the profile names; null when it names none. */
  timeZone: string | null;
  /** From when on the message is not worth sending any more; null: it always is. */
  deadline: Date | null;
  /** By which media something would go out. */
  media: Medium[];
}

/** What keeps somebody from a message: for good, or until an instant. */
export type Kept = { drop: Drop } | { heldUntil: Date };

/** Media that wait until somebody looks, and wake nobody up. */
const silent: ReadonlySet<Medium> = new Set(['INBOX', 'IN_APP']);

/** Quiet hours and the limits of engagement categories, in the transaction that claims. */
@Injectable()
export class KeepWithinLimits {
  constructor(
    private readonly uses: CategoryUseRepository,
    private readonly profiles: ProfilesService,
  ) {}

  /**
   * Who of these people gets nothing now, by seq; for all others the place in their category is taken in `tx`. Without
   * quiet hours and limits it asks nothing of the database.
   */
  async run(
    tx: Tx,
    scope: { executionId: string; limits: LimitsInForce },
    people: LimitedPerson[],
  ): Promise<Map<number, Kept>> {
    const { executionId, limits } = scope;
    const kept = await this.keepQuiet(tx, limits, people);
    const ofCategory = new Map<string, { category: Category; people: LimitedPerson[] }>();
    for (const person of people) {
      const category = limits.categories.get(person.templateId)?.category;
      if (!category || !isLimited(category)) continue;
      const group = ofCategory.get(category.id) ?? { category, people: [] };
      group.people.push(person);
      ofCategory.set(category.id, group);
    }
    // In one order everywhere, so that two slices never wait for each other.
    for (const [, group] of [...ofCategory].sort(([one], [other]) => (one < other ? -1 : 1))) {
      await this.keepRare(tx, { executionId, kept, ...group });
    }
    return kept;
  }

  private async keepQuiet(tx: Tx, limits: LimitsInForce, people: LimitedPerson[]): Promise<Map<number, Kept>> {
    const { quietHours, categories } = limits;
    const kept = new Map<number, Kept>();
    if (!quietHours) return kept;
    const waking = people.filter(
      ({ templateId, media }) =>
        !categories.get(templateId)?.category.ignoresQuietHours && !media.every((medium) => silent.has(medium)),
    );
    const zones = await this.zonesOf(tx, limits, waking);
    const now = systemClock.now();
    const ends = new Map<string, Date | null>();
    for (const person of waking) {
      const zone = zones.get(person.profileId) ?? limits.timeZone;
      const end = ends.has(zone) ? (ends.get(zone) ?? null) : quietUntil(quietHours, now, zone);
      ends.set(zone, end);
      if (end) kept.set(person.seq, heldOrDropped(end, { zone, deadline: person.deadline }));
    }
    return kept;
  }

  /** Zones by profile id: what the profile says, else the device seen last. Who has neither is absent. */
  private async zonesOf(
    tx: Tx,
    { projectId }: LimitsInForce,
    people: LimitedPerson[],
  ): Promise<ReadonlyMap<string, string>> {
    const zones = new Map<string, string>();
    for (const { profileId, timeZone } of people)
      if (timeZone !== null && isTimeZone(timeZone)) zones.set(profileId, timeZone);
    const unsaid = people.flatMap(({ profileId }) => (zones.has(profileId) ? [] : [profileId]));
    if (unsaid.length === 0) return zones;
    for (const [profileId, zone] of await this.profiles.deviceTimeZones(tx, projectId, unsaid))
      if (isTimeZone(zone)) zones.set(profileId, zone);
    return zones;
  }

  /** Takes the places; who waits for the end of quiet hours takes none yet. */
  private async keepRare(
    tx: Tx,
    work: { executionId: string; category: Category; people: LimitedPerson[]; kept: Map<number, Kept> },
  ): Promise<void> {
    const { executionId, category, people, kept } = work;
    const ready = people.filter(({ seq }) => !kept.has(seq));
    const wanted = ready.map(({ seq, profileId }) => ({ profileId, key: `${executionId}/${seq}` }));
    const taken = wanted.length === 0 ? new Set<string>() : await this.uses.reserve(tx, category, wanted);
    const without = people.filter(({ seq }) => !taken.has(`${executionId}/${seq}`) && !isHeld(kept.get(seq)));
    if (without.length === 0) return;
    const used = await this.uses.of(
      tx,
      category.id,
      without.map(({ profileId }) => profileId),
    );
    const none = { day: 0, week: 0, month: 0, lastAt: null };
    for (const { seq, profileId } of without) {
      const reached = limitReached(category, used.get(profileId) ?? none, systemClock.now());
      const detail = reached ?? `No more messages of the engagement category “${category.name}”`;
      // Who would have missed the deadline in quiet hours ends with the earlier reason of the two.
      if (reached !== null || !kept.has(seq)) kept.set(seq, { drop: { state: 'CATEGORY_LIMIT', detail } });
    }
  }
}

function isHeld(kept: Kept | undefined): boolean {
  return kept !== undefined && 'heldUntil' in kept;
}

function heldOrDropped(end: Date, { zone, deadline }: { zone: string; deadline: Date | null }): Kept {
  if (!deadline || end < deadline) return { heldUntil: end };
  const detail = `Quiet hours in ${zone} until ${end.toISOString()}; the message expires at ${deadline.toISOString()}`;
  return { drop: { state: 'QUIET_HOURS', detail } };
}
