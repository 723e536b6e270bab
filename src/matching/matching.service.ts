import type { Tx } from '@libs/platform';
import type { ConnectionView } from '@modules/connections';
import { isUserId, ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import { checkMobileNumber } from './domain/mobile-number';
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

interface Read {
  seq: number;
  customerId: string;
  userId: string;
  value: string;
  number: string | null;
  numberProblem: string | null;
}

/** Who Optimove's customers are among the profiles. */
@Injectable()
export class MatchingService {
  constructor(
    private readonly profiles: ProfilesService,
    private readonly rejects: NumberRejectRepository,
  ) {}

  /** Optimove attributes that matching needs, to be asked for with the recipients. */
  requiredAttributes({ userIdAttribute, mobileNumberAttribute }: ConnectionView): string[] {
    return [userIdAttribute, mobileNumberAttribute].filter((name) => name !== null);
  }

  /** Whether matching for a connection stores what it learns, and so needs a transaction. */
  writes({ mobileNumberAttribute }: ConnectionView): boolean {
    return mobileNumberAttribute !== null;
  }

  /**
   * Matches customers by user ID (the User ID attribute where the connection has one, otherwise the customer ID),
   * exactly and case-sensitively. Valid numbers are stored on the profiles, and make one where there was none; refused
   * ones are kept with their reasons.
   */
  async match(
    tx: Tx,
    {
      connection,
      executionId,
      customers,
    }: { connection: ConnectionView; executionId: string; customers: MatchCustomer[] },
  ): Promise<MatchResult[]> {
    const read = customers.map((customer) => readCustomer(connection, customer));
    const { projectId, id: connectionId } = connection;
    await this.rejects.keep(tx, { projectId, connectionId, executionId }, rejectsOf(read));
    const known = await this.profiles.resolveUserIds(tx, projectId, read.map(({ userId }) => userId).filter(isUserId));
    const imported = await this.profiles.importNumbers(tx, projectId, {
      numbers: read.flatMap(({ userId, number }) => (isUserId(userId) && number ? [{ userId, number }] : [])),
      subscribeWhenNotSet: connection.treatImportedNumbersAsSubscribed,
    });
    return read.map(({ seq, userId, numberProblem }) => ({
      seq,
      profileId: imported.get(userId) ?? known.get(userId) ?? null,
      numberProblem,
    }));
  }
}

function readCustomer(connection: ConnectionView, customer: MatchCustomer): Read {
  const { seq, customerId, userIdValue, mobileNumberValue } = customer;
  const userId = connection.userIdAttribute === null ? customerId : (userIdValue ?? '');
  const value = mobileNumberValue ?? '';
  if (connection.mobileNumberAttribute === null || value === '') {
    return { seq, customerId, userId, value, number: null, numberProblem: null };
  }
  const checked = checkMobileNumber(value);
  if ('problem' in checked) return { seq, customerId, userId, value, number: null, numberProblem: checked.problem };
  return { seq, customerId, userId, value, number: checked.number, numberProblem: null };
}

function rejectsOf(read: Read[]): { seq: number; customerId: string; value: string; reason: string }[] {
  return read.flatMap(({ seq, customerId, value, numberProblem }) =>
    numberProblem === null ? [] : [{ seq, customerId, value, reason: numberProblem }],
  );
}
