import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** A customer of Optimove and who that is with us. */
export interface MatchedCustomer {
  customerId: string;
  profileId: string;
}

/** Customers of connections whose customer id is not the user ID, so that people can be named to Optimove again. */
@Injectable()
export class MatchedCustomerRepository {
  /** Remembers matches and returns the profiles that gained or lost a customer. Sorted, so that two writers never wait for each other in a ring. */
  async remember(
    tx: Tx,
    owner: { projectId: string; connectionId: string },
    matched: MatchedCustomer[],
  ): Promise<string[]> {
    if (matched.length === 0) return [];
    const rows = await query<{ profile_id: string; before: string | null }>(
      tx,
      `WITH news AS (
         SELECT DISTINCT ON (m.customer_id) m.customer_id, m.profile_id, k.profile_id AS before
         FROM unnest($3::text[], $4::uuid[]) AS m(customer_id, profile_id)
         LEFT JOIN matched_customer k ON k.connection_id = $2 AND k.customer_id = m.customer_id
         WHERE k.profile_id IS DISTINCT FROM m.profile_id OR k.is_former ORDER BY m.customer_id),
       stored AS (
         INSERT INTO matched_customer (connection_id, customer_id, project_id, profile_id)
         SELECT $2, customer_id, $1, profile_id FROM news ORDER BY customer_id
         ON CONFLICT ON CONSTRAINT pk_matched_customer DO UPDATE SET profile_id = excluded.profile_id, is_former = false
         RETURNING profile_id)
       SELECT profile_id, before FROM news`,
      [
        owner.projectId,
        owner.connectionId,
        matched.map(({ customerId }) => customerId),
        matched.map(({ profileId }) => profileId),
      ],
    );
    return [...new Set(rows.flatMap((row) => [row.profile_id, row.before]))].filter((id) => id !== null);
  }

  /** Who these customers are; unknown ones are absent. */
  among(tx: Tx, connectionId: string, customerIds: string[]): Promise<MatchedCustomer[]> {
    return query<MatchedCustomer>(
      tx,
      `SELECT customer_id AS "customerId", profile_id AS "profileId" FROM matched_customer
       WHERE connection_id = $1 AND customer_id = ANY($2::text[]) AND NOT is_former`,
      [connectionId, customerIds],
    );
  }

  /** Makes every match of a connection a former one: by it the person's data are found, and nobody is named. */
  async retire(tx: Tx, connectionId: string): Promise<void> {
    await execute(tx, 'UPDATE matched_customer SET is_former = true WHERE connection_id = $1 AND NOT is_former', [
      connectionId,
    ]);
  }

  /** Customers of these people. */
  of(tx: Tx, connectionId: string, profileIds: string[]): Promise<MatchedCustomer[]> {
    return query<MatchedCustomer>(
      tx,
      `SELECT customer_id AS "customerId", profile_id AS "profileId" FROM matched_customer
       WHERE connection_id = $1 AND profile_id = ANY($2::uuid[]) AND NOT is_former`,
      [connectionId, profileIds],
    );
  }
}
