import type { Tx } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Contactability, isUserId, ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import { checkMobileNumber } from './domain/mobile-number';
import { userIdsIn } from './domain/user-id-value';
import { type FoundCustomer, Matches } from './matches';
import { type MatchedCustomer, MatchedCustomerRepository } from './persistence/matched-customer.repository';
import { NumberRejectRepository } from './persistence/number-reject.repository';

/** A customer as Optimove gave them. */
export interface MatchCustomer {
  /** Number of the row in the execution. */
  seq: number;
  customerId: string;
  /** Value of the User ID attribute; null when there is none. */
  userIdValue: string | null;
  /** Value of the mobile number attribute; null when there is none. */
  mobileNumberValue: string | null;
}

/** Who a customer is with us. */
export interface MatchResult {
  seq: number;
  /** Null: no profile, and nothing to make one from. */
  profileId: string | null;
  /** Why the number was not imported; null when it was, or there was none. */
  numberProblem: string | null;
}

/** By which Optimove attributes customers are told. */
export type MatchKeys = Pick<ConnectionView, 'userIdAttribute' | 'mobileNumberAttribute'>;

interface Read {
  seq: number;
  customerId: string;
  /** Those that may be meant, the likeliest first. */
  userIds: string[];
  value: string;
  number: string | null;
  numberProblem: string | null;
}

/** Who Optimove's customers are among the profiles. */
@Injectable()
export class MatchingService {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly profiles: ProfilesService,
    private readonly rejects: NumberRejectRepository,
    private readonly customers: MatchedCustomerRepository,
    private readonly contactability: Contactability,
    private readonly matches: Matches,
  ) {}

  /** Optimove attributes that matching needs, to be asked for with the recipients. */
  requiredAttributes({ userIdAttribute, mobileNumberAttribute }: MatchKeys): string[] {
    return [userIdAttribute, mobileNumberAttribute].filter((name) => name !== null);
  }

  /** Whether matching by these attributes stores what it learns, and so needs a transaction. */
  writes({ mobileNumberAttribute, userIdAttribute }: MatchKeys): boolean {
    return mobileNumberAttribute !== null || userIdAttribute !== null;
  }

  /**
   * What Optimove calls these people: their user ID, or the customer ids under which they were matched where the
   * connection matches by an attribute. Who has none is absent, as is a phone on which they signed out: it is nobody's.
   * One person may be several customers.
   */
  async customersOf(tx: Tx, connection: ConnectionView, profileIds: string[]): Promise<MatchedCustomer[]> {
    if (connection.userIdAttribute !== null) return this.customers.of(tx, connection.id, profileIds);
    const contacts = await this.profiles.contacts(tx, connection.projectId, profileIds);
    return contacts.flatMap(({ profileId, userId, isSignedOut }) =>
      isUserId(userId) && !isSignedOut ? [{ customerId: userId, profileId }] : [],
    );
  }

  /**
   * The customers of a connection with a User ID attribute that were matched by these user IDs, whatever blanks are around
   * that of the profile; it has none otherwise.
   */
  async customersUnder(
    tx: Tx,
    projectId: string,
    { connectionId, userIds }: { connectionId: string; userIds: string[] },
  ): Promise<{ customerId: string; userId: string }[]> {
    const profiles = await this.profiles.profilesUnder(tx, projectId, userIds);
    const byProfile = new Map(profiles.map(({ userId, profileId }) => [profileId, userId]));
    const matched = await this.customers.of(tx, connectionId, [...byProfile.keys()]);
    return matched.map(({ customerId, profileId }) => ({ customerId, userId: byProfile.get(profileId) ?? '' }));
  }

  /** The user IDs under which customers of a connection with a User ID attribute were matched last; unknown ones are absent. */
  async userIdsOf(
    tx: Tx,
    projectId: string,
    { connectionId, customerIds }: { connectionId: string; customerIds: string[] },
  ): Promise<{ customerId: string; userId: string }[]> {
    const matched = await this.customers.among(tx, connectionId, customerIds);
    const profileIds = matched.map(({ profileId }) => profileId);
    const contacts = await this.profiles.contacts(tx, projectId, profileIds);
    const userIds = new Map(contacts.map(({ ownerId, userId }) => [ownerId, userId.trim()]));
    return matched.flatMap(({ customerId, profileId }) => {
      const userId = userIds.get(profileId) ?? '';
      return isUserId(userId) ? [{ customerId, userId }] : [];
    });
  }

  /**
   * Matches customers by user ID (the User ID attribute of `keys` where there is one, otherwise the customer ID), exactly
   * and case-sensitively; blanks around the attribute's value do not count, unless a profile has the user ID with them.
   * Valid numbers are stored on the profiles, and make one where there was none; refused ones are kept with their reasons.
   * Where an attribute decides, and is that of the connection now, who matched is remembered for the way back, unless the
   * customer ids, which mean whom they meant over the connection since `namesSince`, mean others by now.
   */
  async match(
    tx: Tx,
    {
      connection,
      keys = connection,
      namesSince = connection.namesSince,
      executionId,
      customers,
    }: {
      connection: ConnectionView;
      keys?: MatchKeys;
      namesSince?: Date | null;
      executionId: string;
      customers: MatchCustomer[];
    },
  ): Promise<MatchResult[]> {
    const { projectId, id: connectionId } = connection;
    const given = customers.map((customer) => readCustomer(keys, customer));
    await this.rejects.keep(tx, { projectId, connectionId, executionId }, rejectsOf(given));
    const userIds = given.flatMap((customer) => customer.userIds).filter(isUserId);
    const known = await this.profiles.resolveUserIds(tx, projectId, userIds);
    const read = given.map((customer) => ({ ...customer, userId: userIdOf(customer, known) }));
    const imported = await this.profiles.importNumbers(tx, projectId, {
      numbers: read.flatMap(({ userId, number }) => (isUserId(userId) && number ? [{ userId, number }] : [])),
      subscribeWhenNotSet: connection.treatImportedNumbersAsSubscribed,
    });
    const matched = read.map((customer) => ({
      ...customer,
      profileId: imported.get(customer.userId) ?? known.get(customer.userId) ?? null,
    }));
    if (keys.userIdAttribute === connection.userIdAttribute)
      await this.remember(tx, { ...connection, namesSince }, matched);
    return matched.map(({ seq, profileId, numberProblem }) => ({ seq, profileId, numberProblem }));
  }

  private async remember(
    tx: Tx,
    { projectId, id: connectionId, userIdAttribute, namesSince }: ConnectionView,
    read: (FoundCustomer & { profileId: string | null })[],
  ): Promise<void> {
    if (userIdAttribute === null) return;
    const matched = read.flatMap(({ customerId, userId, profileId }) =>
      profileId ? [{ customerId, userId, profileId }] : [],
    );
    if (matched.length === 0) return;
    if (!(await this.connections.holdMeaning(tx, { id: connectionId, namesSince }))) return;
    const owner = { projectId, connectionId, namesSince };
    const changed = await this.customers.remember(tx, owner, matched);
    await this.contactability.note(tx, projectId, changed);
    const others = new Set(changed);
    await this.matches.tell(
      tx,
      owner,
      matched.filter(({ profileId }) => others.has(profileId)),
    );
  }
}

function readCustomer(keys: MatchKeys, customer: MatchCustomer): Read {
  const { seq, customerId, userIdValue, mobileNumberValue } = customer;
  const userIds = keys.userIdAttribute === null ? [customerId] : userIdsIn(userIdValue ?? '');
  const value = mobileNumberValue ?? '';
  if (keys.mobileNumberAttribute === null || value === '') {
    return { seq, customerId, userIds, value, number: null, numberProblem: null };
  }
  const checked = checkMobileNumber(value);
  if ('problem' in checked) return { seq, customerId, userIds, value, number: null, numberProblem: checked.problem };
  return { seq, customerId, userIds, value, number: checked.number, numberProblem: null };
}

/** The one that a profile has; a new profile gets the last. */
function userIdOf({ userIds }: Read, known: ReadonlyMap<string, string>): string {
  return userIds.find((userId) => known.has(userId)) ?? userIds.at(-1) ?? '';
}

function rejectsOf(read: Read[]): { seq: number; customerId: string; value: string; reason: string }[] {
  return read.flatMap(({ seq, customerId, value, numberProblem }) =>
    numberProblem === null ? [] : [{ seq, customerId, value, reason: numberProblem }],
  );
}
