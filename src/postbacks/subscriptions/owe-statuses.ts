import { Transactions, type Tx } from '@libs/platform';
import type { ConnectionView } from '@modules/connections';
import { MatchingService } from '@modules/matching';
import { Contactability, type ContactabilityRow } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { OwedStatus, SubscriptionTarget } from '../domain/subscription-status';
import { SubscriptionStatusRepository } from '../persistence/subscription-status.repository';
import { SubscriptionTargetRepository } from '../persistence/subscription-target.repository';

const mostAtOnce = 2_000;

/** Takes over who can be contacted into what Optimove is owed. */
@Injectable()
export class OweStatuses {
  constructor(
    private readonly transactions: Transactions,
    private readonly contactability: Contactability,
    private readonly matching: MatchingService,
    private readonly targets: SubscriptionTargetRepository,
    private readonly statuses: SubscriptionStatusRepository,
  ) {}

  /** Takes over changes until none is left or the time is up. What was taken is off the list with the commit that owes it. */
  async takeChanges(projectId: string, connections: ConnectionView[], endsAt: number): Promise<void> {
    while (performance.now() < endsAt) {
      const taken = await this.transactions.run(async (tx) => {
        const profileIds = await this.contactability.take(tx, projectId, mostAtOnce);
        for (const connection of connections) await this.of(tx, connection, profileIds);
        return profileIds.length;
      });
      if (taken === 0) return;
    }
  }

  /** Owes the present state of these people. @returns how many of them Optimove knows under no customer id. */
  async of(tx: Tx, connection: ConnectionView, profileIds: string[], again = false): Promise<number> {
    if (profileIds.length === 0) return 0;
    const { projectId, id: connectionId, namesSince } = connection;
    const customers = await this.matching.customersOf(tx, connection, profileIds);
    const targets = await this.targets.active(tx, connectionId);
    const present = statusesOf(targets, customers, await this.contactability.of(tx, projectId, profileIds));
    const told = await this.statuses.told(tx, connectionId, profileIds);
    await this.statuses.owe(
      tx,
      { projectId, connectionId, namesSince },
      {
        owed: [...present.values(), ...gone(told, present)],
        again,
      },
    );
    return profileIds.length - new Set(customers.map(({ profileId }) => profileId)).size;
  }
}

function statusesOf(
  targets: SubscriptionTarget[],
  customers: { customerId: string; profileId: string }[],
  rows: ContactabilityRow[],
): Map<string, OwedStatus> {
  const customerIds = new Map<string, string[]>();
  for (const { profileId, customerId } of customers) {
    customerIds.set(profileId, [...(customerIds.get(profileId) ?? []), customerId]);
  }
  const owed = rows.flatMap(({ profileId, medium, appId, isContactable }): OwedStatus[] =>
    (customerIds.get(profileId) ?? []).flatMap((customerId) =>
      targets
        .filter((target) => target.medium === medium && target.appId === appId)
        .map(({ id: targetId }) => ({
          targetId,
          customerId,
          profileId,
          status: isContactable ? 'SUBSCRIBED' : 'UNSUBSCRIBED',
        })),
    ),
  );
  return new Map(owed.map((status) => [keyOf(status), status]));
}

/** Who was told about and has nothing left to be contacted by. */
function gone(told: OwedStatus[], present: Map<string, OwedStatus>): OwedStatus[] {
  return told.flatMap((status) => (present.has(keyOf(status)) ? [] : [{ ...status, status: 'UNSUBSCRIBED' as const }]));
}

const keyOf = ({ targetId, customerId }: OwedStatus): string => `${targetId} ${customerId}`;
