import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** A customer of Optimove and who that is with us. */
export interface MatchedCustomer {
  customerId: string;
  profileId: string;
}

/** SQL: whether a match was made since customer ids of the connection $1 mean whom they mean now. */
const isPresent = 'names_since IS NOT DISTINCT FROM (SELECT c.names_since FROM connection c WHERE c.id = $1)';

/**
 * Customers of connections whose customer id is not the user ID, so that people can be named to Optimove again. By those of
 * former names a person's data are found, and nobody is named.
 */
@Injectable()
export class MatchedCustomerRepository {
  /** Remembers matches and returns the profiles that gained or lost a customer. Sorted, so that two writers never wait for each other in a ring. */
  async remember(
    tx: Tx,
    owner: { projectId: string; connectionId: string; namesSince: Date | null },
    matched: MatchedCustomer[],
  ): Promise<string[]> {
    if (matched.length === 0) return [];
    const rows = await query<{ profile_id: string; before: string | null }>(
      tx,
      `WITH news AS (
         SELECT DISTINCT ON (m.customer_id) m.customer_id, m.profile_id, k.profile_id AS before
         FROM unnest($3::text[], $4::uuid[]) AS m(customer_id, profile_id)
         LEFT JOIN matched_customer k ON k.connection_id = $2 AND k.customer_id = m.customer_id
         WHERE k.profile_id IS DISTINCT FROM m.profile_id OR k.names_since IS DISTINCT FROM $5::timestamptz ORDER BY m.customer_id),
       stored AS (
         INSERT INTO matched_customer (connection_id, customer_id, project_id, profile_id, names_since)
         SELECT $2, customer_id, $1, profile_id, $5 FROM news ORDER BY customer_id
         ON CONFLICT ON CONSTRAINT pk_matched_customer
           DO UPDATE SET profile_id = excluded.profile_id, names_since = excluded.names_since
         RETURNING profile_id)
       SELECT profile_id, before FROM news`,
      [
        owner.projectId,
        owner.connectionId,
        matched.map(({ customerId }) => customerId),
        matched.map(({ profileId }) => profileId),
        owner.namesSince,
      ],
    );
    return [...new Set(rows.flatMap((row) => [row.profile_id, row.before]))].filter((id) => id !== null);
  }

  /** Who these customers are; unknown ones are absent. */
  among(tx: Tx, connectionId: string, customerIds: string[]): Promise<MatchedCustomer[]> {
    return query<MatchedCustomer>(
      tx,
      `SELECT customer_id AS "customerId", profile_id AS "profileId" FROM matched_customer
       WHERE connection_id = $1 AND customer_id = ANY($2::text[]) AND ${isPresent}`,
      [connectionId, customerIds],
    );
  }

  /** Customers of these people. */
  of(tx: Tx, connectionId: string, profileIds: string[]): Promise<MatchedCustomer[]> {
    return query<MatchedCustomer>(
      tx,
      `SELECT customer_id AS "customerId", profile_id AS "profileId" FROM matched_customer
       WHERE connection_id = $1 AND profile_id = ANY($2::uuid[]) AND ${isPresent}`,
      [connectionId, profileIds],
    );
  }
}
