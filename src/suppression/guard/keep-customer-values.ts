import { Matches } from '@modules/matching';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { valueKeyOf } from '../domain/value-key';
import { CustomerValueRepository } from '../persistence/customer-value.repository';

/** When a customer has another user ID than before, what is known of the customer is known of the person found by it. */
@Injectable()
export class KeepCustomerValues implements OnModuleInit {
  constructor(
    private readonly matches: Matches,
    private readonly customers: CustomerValueRepository,
  ) {}

  onModuleInit(): void {
    this.matches.register(async (tx, { connectionId }, found) => {
      const keyed = found.flatMap(({ customerId, userId }) => {
        const key = valueKeyOf(userId);
        return key === null ? [] : [{ customerId, userId: key }];
      });
      await this.customers.carryOver(tx, connectionId, keyed);
    });
  }
}
