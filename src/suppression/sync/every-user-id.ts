import type { Tx } from '@libs/platform';
import { MatchingService } from '@modules/matching';
import { Injectable } from '@nestjs/common';
import { type CustomerValue, CustomerValueRepository } from '../persistence/customer-value.repository';
import type { ValueTarget } from '../persistence/remembered-value.repository';

/**
 * A customer may have had another user ID before: what is said of them now counts under that one too, for the profile that
 * has it is the same person.
 */
@Injectable()
export class EveryUserId {
  constructor(
    private readonly customers: CustomerValueRepository,
    private readonly matching: MatchingService,
  ) {}

  /** The values as they are, and once more for each user ID under which the customer was found before. */
  async of(
    tx: Tx,
    { projectId, attributeId }: ValueTarget,
    { connectionId, values }: { connectionId: string; values: Iterable<CustomerValue> },
  ): Promise<CustomerValue[]> {
    const told = [...values];
    if (told.length === 0) return told;
    const byCustomer = new Map(told.map((each) => [each.customerId, each]));
    const customerIds = [...byCustomer.keys()];
    const before = [
      ...(await this.customers.knownAs(tx, { attributeId }, customerIds)),
      ...(await this.matching.userIdsOf(tx, projectId, { connectionId, customerIds })),
    ];
    const all = new Map<string, CustomerValue>();
    for (const { userId, customerId } of before) {
      const value = byCustomer.get(customerId);
      if (value) all.set(keyOf({ userId, customerId }), { ...value, userId });
    }
    for (const value of told) all.set(keyOf(value), value);
    return [...all.values()];
  }
}

function keyOf({ userId, customerId }: Pick<CustomerValue, 'userId' | 'customerId'>): string {
  return `${userId}\0${customerId}`;
}
