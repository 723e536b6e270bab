import type { Medium } from '@libs/delivery';
import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { ConsentAnswer, ConsentSource } from './domain/consent';
import type { ContactRow, DeadAddress, ReachRow } from './domain/reach';
import type { Subscription } from './domain/subscription';
import { AttributeValueRepository } from './persistence/attribute-value.repository';
import { ConsentRepository } from './persistence/consent.repository';
import { ProfileRepository } from './persistence/profile.repository';
import { ReachRepository } from './persistence/reach.repository';

/** What other modules may ask and change of many people at once. */
@Injectable()
export class ProfilesService {
  constructor(
    private readonly profiles: ProfileRepository,
    private readonly reaches: ReachRepository,
    private readonly consent: ConsentRepository,
    private readonly attributes: AttributeValueRepository,
  ) {}

  /** Profile ids by user ID, exact and case-sensitive; unknown ones are absent. */
  resolveUserIds(tx: Tx, projectId: string, userIds: string[]): Promise<Map<string, string>> {
    return this.profiles.idsOf(tx, projectId, userIds);
  }

  /** Stored attributes and the system ones (`user_id`, `email`, `mobile_number`, `language`, `timezone`, …) by profile id. */
  storedValues(tx: Tx, projectId: string, profileIds: string[]): Promise<Map<string, Record<string, unknown>>> {
    return this.profiles.values(tx, projectId, profileIds);
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
   * Writes one attribute of many people, given in a temporary table of this transaction with the columns `user_id`
   * (unique), `value` (jsonb; null removes the attribute) and `is_known`, which becomes whether we have the profile.
   */
  storeAttribute(tx: Tx, projectId: string, source: { name: string; table: string }): Promise<void> {
    return this.attributes.store(tx, projectId, source);
  }

  /** One row per address; a person without an address on a medium has none. */
  reach(tx: Tx, projectId: string, profileIds: string[], media: Medium[]): Promise<ReachRow[]> {
    return this.reaches.reach(tx, projectId, profileIds, media);
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

  /** Remembers that a provider called these addresses dead; the gate refuses them from now on. */
  markUnreachable(tx: Tx, projectId: string, dead: DeadAddress[]): Promise<void> {
    return this.reaches.markUnreachable(tx, projectId, dead);
  }

  /** Stores what many people say about e-mail and SMS, each person at most once; every change is logged with its origin. */
  applyConsent(tx: Tx, projectId: string, source: ConsentSource, answers: ConsentAnswer[]): Promise<void> {
    return this.consent.answer(tx, projectId, source, answers);
  }

  /** What one person says now about e-mail and SMS; null when there is no such profile. */
  consentOf(tx: Tx, projectId: string, profileId: string): Promise<{ email: Subscription; sms: Subscription } | null> {
    return this.consent.current(tx, projectId, profileId);
  }
}
