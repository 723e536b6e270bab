import type { Medium } from '@libs/delivery';
import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { AddressAnswers } from './address-answers';
import type { App } from './domain/app';
import type { Behaviour, CampaignDeedRow, RefusedBehaviour } from './domain/behaviour';
import type { ConsentAnswer, ConsentSource } from './domain/consent';
import type { DeviceFilter } from './domain/device-filter';
import type { ContactRow, DeadAddress, ReachRow } from './domain/reach';
import type { FreezeOutcome, FrozenSegment } from './domain/segments/frozen-segment';
import type { ReadRules } from './domain/segments/read-rules';
import type { SegmentRules } from './domain/segments/rules';
import type { Subscription } from './domain/subscription';
import { AppEntity } from './persistence/app.entity';
import { AttributeValueRepository } from './persistence/attribute-value.repository';
import { BehaviourRepository } from './persistence/behaviour.repository';
import { ConsentRepository } from './persistence/consent.repository';
import { holdOffErasures } from './persistence/erasure-lock';
import { ProfileRepository } from './persistence/profile.repository';
import { type PushPlace, PushPlaceRepository } from './persistence/push-place.repository';
import { ReachRepository } from './persistence/reach.repository';
import { Segments } from './segments/segments';

/** What other modules may ask and change of many people at once. */
@Injectable()
export class ProfilesService {
  constructor(
    private readonly profiles: ProfileRepository,
    private readonly reaches: ReachRepository,
    private readonly consent: ConsentRepository,
    private readonly attributes: AttributeValueRepository,
    private readonly behaviour: BehaviourRepository,
    private readonly segments: Segments,
    private readonly places: PushPlaceRepository,
    private readonly addresses: AddressAnswers,
  ) {}

  /** Profile ids by user ID, exact and case-sensitive; unknown ones are absent. */
  resolveUserIds(tx: Tx, projectId: string, userIds: string[]): Promise<Map<string, string>> {
    return this.profiles.idsOf(tx, projectId, userIds);
  }

  /** Profiles whose user ID is one of these but for blanks around it; of one there may be several. */
  profilesUnder(tx: Tx, projectId: string, userIds: string[]): Promise<{ userId: string; profileId: string }[]> {
    return this.profiles.under(tx, projectId, userIds);
  }

  /** Stored attributes and the system ones (`user_id`, `email`, `mobile_number`, `language`, `timezone`, …) by profile id. */
  storedValues(tx: Tx, projectId: string, profileIds: string[]): Promise<Map<string, Record<string, unknown>>> {
    return this.profiles.values(tx, projectId, profileIds);
  }

  /** By profile id the time zone that the person's device seen last reported; who has no such device is absent. */
  deviceTimeZones(tx: Tx, projectId: string, profileIds: string[]): Promise<Map<string, string>> {
    return this.profiles.deviceTimeZones(tx, projectId, profileIds);
  }

  /** By app id those of these people who have an installation of it. */
  installations(
    tx: Tx,
    projectId: string,
    given: { profileIds: string[]; appIds: string[] },
  ): Promise<Map<string, Set<string>>> {
    return this.profiles.installations(tx, projectId, given);
  }

  /** Some attributes of many people, by profile id; who has none of them is absent. */
  attributeValues(
    tx: Tx,
    projectId: string,
    wanted: { profileIds: string[]; names: string[] },
  ): Promise<Map<string, Record<string, unknown>>> {
    return this.attributes.values(tx, projectId, wanted);
  }

  /**
   * Fills the columns `own` and `said` (jsonb) of a temporary table as {@link storeAttribute} has it with what people have
   * themselves and when it was said; `isTimed`: only of those of whom that is known.
   * @returns how many have something else than the `value` there; of all others both stay null.
   */
  readOwnAttribute(
    tx: Tx,
    projectId: string,
    source: { name: string; table: string; isTimed: boolean },
  ): Promise<number> {
    return this.attributes.readOwn(tx, projectId, source);
  }

  /**
   * Writes one attribute of many people, given in a temporary table of this transaction with the columns `user_id`
   * (unique), `value` (jsonb; null removes the attribute if it `clears`, or else leaves it) and `is_known`, which becomes
   * whether we have the profile. Whoever `stays`, or has said something at another time than `said`, keeps what they have; if
   * it does not clear, so does whoever no longer has what is in `own`.
   */
  storeAttribute(tx: Tx, projectId: string, source: { name: string; table: string; clears: boolean }): Promise<void> {
    return this.attributes.store(tx, projectId, source);
  }

  /** When values of {@link TimedAttributes} were said, by profile id and name; of others it is not known. */
  attributeTimes(tx: Tx, projectId: string, profileIds: string[]): Promise<Map<string, Record<string, string>>> {
    return this.attributes.times(tx, projectId, profileIds);
  }

  /** Writes attributes of one person to another one, each in the place of what it was, and as said when it was said. */
  carryAttributes(tx: Tx, projectId: string, given: { from: string; into: string; names: string[] }): Promise<void> {
    return this.attributes.carry(tx, projectId, given);
  }

  /** One row per address; a person without an address on a medium has none. */
  reach(tx: Tx, projectId: string, profileIds: string[], media: Medium[]): Promise<ReachRow[]> {
    return this.reaches.reach(tx, projectId, profileIds, media);
  }

  /** The anonymous profiles that each of these devices had before somebody signed in there; those without are absent. */
  signedInFrom(tx: Tx, projectId: string, deviceIds: string[]): Promise<{ deviceId: string; profileId: string }[]> {
    return this.reaches.signedInFrom(tx, projectId, deviceIds);
  }

  /** Of at most 10,000 phones that push messages may go to: how many there were, and how many have no keys to encrypt with. */
  phonesWithoutKeys(tx: Tx, projectId: string, devices: DeviceFilter): Promise<{ looked: number; without: number }> {
    return this.reaches.phonesWithoutKeys(tx, projectId, devices);
  }

  /** An app or site of the project; null when it has none of this id. */
  async app(tx: Tx, projectId: string, id: string): Promise<App | null> {
    const [app = null] = await this.apps(tx, projectId, [id]);
    return app;
  }

  /** Those apps and sites of the project that have one of these ids, in no order. */
  apps(tx: Tx, projectId: string, ids: readonly string[]): Promise<App[]> {
    const select = { id: true, name: true, platform: true };
    return tx.find(AppEntity, { select, where: { projectId, id: In(ids) } });
  }

  /** Every app whose phones, of those that count, have living tokens of a push service: one row for each of both. */
  pushPlaces(tx: Tx, projectId: string, devices: DeviceFilter): Promise<PushPlace[]> {
    return this.places.of(tx, projectId, devices);
  }

  /** What suppression lists are looked up by. */
  contacts(tx: Tx, projectId: string, profileIds: string[]): Promise<ContactRow[]> {
    return this.reaches.contacts(tx, projectId, profileIds);
  }

  /**
   * Stores mobile numbers, already checked, and makes the profiles that are missing.
   * @returns profile ids by user ID.
   */
  importNumbers(
    tx: Tx,
    projectId: string,
    numbers: { numbers: { userId: string; number: string }[]; subscribeWhenNotSet: boolean },
  ): Promise<Map<string, string>> {
    return this.profiles.importNumbers(tx, projectId, numbers);
  }

  /**
   * Keeps the erasures of a project from beginning until `tx` ends, for whoever makes people known: look after it, not
   * before, who was erased.
   */
  holdOffErasures(tx: Tx, projectId: string): Promise<void> {
    return holdOffErasures(tx, projectId);
  }

  /** Remembers that a provider called these addresses dead; the gate refuses them from now on, whoever of the project has them. */
  markUnreachable(tx: Tx, projectId: string, dead: DeadAddress[]): Promise<void> {
    return this.reaches.markUnreachable(tx, projectId, dead);
  }

  /** Stores what many people say about e-mail and SMS, each person at most once; every change is logged with its origin. */
  applyConsent(tx: Tx, projectId: string, source: ConsentSource, answers: ConsentAnswer[]): Promise<void> {
    return this.consent.answer(tx, projectId, source, answers);
  }

  /** Somebody said no to texts from these numbers: everybody who has one says no, and whoever comes with it later. */
  async stopNumbers(tx: Tx, projectId: string, numbers: string[]): Promise<void> {
    const people = await this.consent.withNumbers(tx, projectId, numbers);
    const answers = people.map(({ profileId }) => ({ profileId, sms: 'UNSUBSCRIBED' as const }));
    if (answers.length > 0) await this.consent.answer(tx, projectId, 'KEYWORD', answers);
    const no = { medium: 'SMS', subscription: 'UNSUBSCRIBED', saidAt: null } as const;
    await this.addresses.tell(
      tx,
      projectId,
      numbers.map((address) => ({ ...no, address })),
    );
  }

  /** Profiles that have one of these mobile numbers; several may share one. */
  withNumbers(tx: Tx, projectId: string, numbers: string[]): Promise<{ profileId: string; number: string }[]> {
    return this.consent.withNumbers(tx, projectId, numbers);
  }

  /** The project of a profile; null when there is no such profile. */
  projectOf(tx: Tx, profileId: string): Promise<string | null> {
    return this.consent.projectOf(tx, profileId);
  }

  /** What one person says now about e-mail and SMS; null when there is no such profile. */
  consentOf(tx: Tx, projectId: string, profileId: string): Promise<{ email: Subscription; sms: Subscription } | null> {
    return this.consent.current(tx, projectId, profileId);
  }

  /** Stores events of many people; those that cannot be stored come back with a reason, the others are stored. */
  recordEvents(tx: Tx, projectId: string, batch: Behaviour[]): Promise<RefusedBehaviour[]> {
    return this.behaviour.add(tx, projectId, { kind: 'EVENT', batch });
  }

  /** When the project's own server last reported each of these events of a person; one that it never did is absent. */
  lastServerEvents(
    tx: Tx,
    projectId: string,
    asked: { profileId: string; names: string[] },
  ): Promise<Map<string, Date>> {
    return this.behaviour.lastOfServer(tx, projectId, asked);
  }

  /** Stores hits of tags; as {@link recordEvents}. */
  setTags(tx: Tx, projectId: string, batch: Behaviour[]): Promise<RefusedBehaviour[]> {
    return this.behaviour.add(tx, projectId, { kind: 'TAG', batch });
  }

  /** Keeps what people did with messages of campaigns, for rules on past campaigns. Twice is as once. */
  recordDeeds(tx: Tx, projectId: string, deeds: CampaignDeedRow[]): Promise<void> {
    return this.behaviour.addDeeds(tx, projectId, deeds);
  }

  /** Rules written as JSON, checked against the project; faults carry paths such as `rules[1].any[0].value`. */
  readSegmentRules(tx: Tx, projectId: string, text: string): Promise<ReadRules> {
    return this.segments.read(tx, projectId, { text });
  }

  /** Rules, or those of a saved segment, so that no later change of segments or attributes alters them. */
  freezeSegment(
    tx: Tx,
    projectId: string,
    source: { segmentId: string } | { rules: SegmentRules },
  ): Promise<FreezeOutcome> {
    return this.segments.freeze(tx, projectId, source);
  }

  /** Those of these people to whom a frozen segment applies now; one statement. */
  matchingProfiles(
    tx: Tx,
    projectId: string,
    given: { segment: FrozenSegment; profileIds: string[] },
  ): Promise<Set<string>> {
    return this.segments.matching(tx, projectId, given);
  }

  /**
   * Everybody to whom a frozen segment applies now (all of the project when it is null), as a statement of `id` and
   * `user_id` (null for anonymous people) to insert from: audiences do not pass through memory. With `isZoned` it has
   * `time_zone` too: that of the profile, else of the device seen last of those that tell one; null when none is known.
   */
  audience(
    projectId: string,
    audience: { segment: FrozenSegment | null; isZoned: boolean },
  ): Promise<{ sql: string; parameters: unknown[] }> {
    return this.segments.audience(projectId, audience);
  }
}
