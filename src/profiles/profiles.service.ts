import type { Medium } from '@libs/delivery';
import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { ContactRow, DeadAddress, ReachRow } from './domain/reach';
import { ProfileRepository } from './persistence/profile.repository';
import { ReachRepository } from './persistence/reach.repository';

/** What other modules may ask and change of many people at once. */
@Injectable()
export class ProfilesService {
  constructor(
    private readonly profiles: ProfileRepository,
    private readonly reaches: ReachRepository,
  ) {}

  /** Profile ids by user ID, exact and case-sensitive; unknown ones are absent. */
  resolveUserIds(tx: Tx, projectId: string, userIds: string[]): Promise<Map<string, string>> {
    return this.profiles.idsOf(tx, projectId, userIds);
  }

  /** Stored attributes and the system ones (`user_id`, `email`, `mobile_number`, `language`, `timezone`, …) by profile id. */
  storedValues(tx: Tx, projectId: string, profileIds: string[]): Promise<Map<string, Record<string, unknown>>> {
    return this.profiles.values(tx, projectId, profileIds);
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
}
