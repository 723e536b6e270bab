import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { TypedValue } from '../domain/typed-value';
import type { Values, ValueTarget } from './remembered-value.repository';

/** What was said of one customer of a user ID. */
export interface CustomerValue {
  userId: string;
  customerId: string;
  /** Null: the customer has none. */
  value: TypedValue | null;
  /** What was said cannot be read. */
  isDoubtful: boolean;
}

/** A customer that was found under a user ID. */
export type KnownCustomer = Pick<CustomerValue, 'userId' | 'customerId'>;

/**
 * What was said of each customer of connections with a User ID attribute: several may have one user ID, and none of them
 * clears what another one is excluded by.
 */
@Injectable()
export class CustomerValueRepository {
  /**
   * Applies values, each customer of a user ID at most once; newer ones stay. What does not clear takes no value away, but
   * says that a customer who had none still has none.
   */
  async remember(
    tx: Tx,
    { projectId, attributeId, dataDate, clears }: ValueTarget,
    given: CustomerValue[],
  ): Promise<void> {
    if (given.length === 0) return;
    await execute(
      tx,
      `INSERT INTO customer_value AS c (project_id, attribute_id, user_id, customer_id, value, data_date, is_doubtful)
       SELECT $1::uuid, $2::uuid, user_id, customer_id, value::jsonb, $3::date, is_doubtful
       FROM unnest($4::text[], $5::text[], $6::text[], $7::boolean[]) AS g(user_id, customer_id, value, is_doubtful)
       ORDER BY user_id, customer_id
       ON CONFLICT ON CONSTRAINT pk_customer_value DO UPDATE SET data_date = excluded.data_date, heard_at = clock_timestamp(),
         value = CASE WHEN excluded.is_doubtful THEN c.value ELSE excluded.value END, is_doubtful = excluded.is_doubtful
       WHERE c.data_date <= excluded.data_date
         AND ($8 OR excluded.value IS NOT NULL OR excluded.is_doubtful OR (c.value IS NULL AND NOT c.is_doubtful))`,
      [
        projectId,
        attributeId,
        dataDate,
        given.map(({ userId }) => userId),
        given.map(({ customerId }) => customerId),
        given.map(({ value }) => toJson(value)),
        given.map(({ isDoubtful }) => isDoubtful),
        clears,
      ],
    );
  }

  /** Under which user IDs something is kept of these customers. */
  knownAs(tx: Tx, { attributeId }: Pick<ValueTarget, 'attributeId'>, customerIds: string[]): Promise<KnownCustomer[]> {
    return query(
      tx,
      `SELECT user_id AS "userId", customer_id AS "customerId" FROM customer_value
       WHERE attribute_id = $1 AND customer_id = ANY($2::text[])`,
      [attributeId, customerIds],
    );
  }

  /**
   * What was said last of these customers under other user IDs counts under those under which they are found now. A doubt
   * takes no value with it: one that excludes still does. Where nothing else was said later, no row is locked.
   */
  carryOver(tx: Tx, connectionId: string, found: KnownCustomer[]): Promise<number> {
    const newestFirst = 'k.data_date DESC, k.heard_at DESC';
    return execute(
      tx,
      `INSERT INTO customer_value AS c (project_id, attribute_id, user_id, customer_id, value, data_date, is_doubtful, heard_at)
       SELECT a.project_id, a.id, f.user_id, f.customer_id,
         (array_agg(k.value ORDER BY k.is_doubtful AND k.value IS NULL, ${newestFirst}))[1], max(k.data_date),
         (array_agg(k.is_doubtful ORDER BY ${newestFirst}))[1], (array_agg(k.heard_at ORDER BY ${newestFirst}))[1]
       FROM suppression_attribute a CROSS JOIN unnest($2::text[], $3::text[]) AS f(user_id, customer_id)
       CROSS JOIN LATERAL (
         SELECT * FROM customer_value AS o
         WHERE o.attribute_id = a.id AND o.customer_id = f.customer_id AND o.user_id <> f.user_id AND NOT EXISTS (
           SELECT FROM customer_value AS n WHERE n.attribute_id = a.id AND n.user_id = f.user_id
             AND n.customer_id = f.customer_id AND (n.data_date, n.heard_at) >= (o.data_date, o.heard_at)) OFFSET 0) AS k
       WHERE a.connection_id = $1
       GROUP BY a.project_id, a.id, f.user_id, f.customer_id ORDER BY a.id, f.user_id, f.customer_id
       ON CONFLICT ON CONSTRAINT pk_customer_value DO UPDATE SET data_date = excluded.data_date,
         value = CASE WHEN excluded.is_doubtful THEN coalesce(c.value, excluded.value) ELSE excluded.value END,
         is_doubtful = excluded.is_doubtful, heard_at = excluded.heard_at
       WHERE (c.data_date, c.heard_at) < (excluded.data_date, excluded.heard_at)`,
      [connectionId, found.map(({ userId }) => userId), found.map(({ customerId }) => customerId)],
    );
  }

  /**
   * What is said of these customers comes without a user ID: under those that they were found under, here or by `matched`,
   * nobody relies on what was said before. @returns the customers that were found.
   */
  async doubt(
    tx: Tx,
    { projectId, attributeId, dataDate }: ValueTarget,
    { customerIds, matched }: { customerIds: string[]; matched: KnownCustomer[] },
  ): Promise<Set<string>> {
    const rows = await query<{ customer_id: string }>(
      tx,
      `INSERT INTO customer_value AS c (project_id, attribute_id, user_id, customer_id, data_date, is_doubtful)
       SELECT $1::uuid, $2::uuid, user_id, customer_id, $3::date, true FROM (
         SELECT user_id, customer_id FROM customer_value WHERE attribute_id = $2 AND customer_id = ANY($4::text[])
         UNION SELECT user_id, customer_id FROM unnest($5::text[], $6::text[]) AS m(user_id, customer_id)
       ) AS found ORDER BY user_id, customer_id
       ON CONFLICT ON CONSTRAINT pk_customer_value DO UPDATE SET is_doubtful = true, heard_at = clock_timestamp(),
         data_date = greatest(c.data_date, excluded.data_date)
       RETURNING customer_id`,
      [
        projectId,
        attributeId,
        dataDate,
        customerIds,
        matched.map(({ userId }) => userId),
        matched.map(({ customerId }) => customerId),
      ],
    );
    return new Set(rows.map((row) => row.customer_id));
  }

  /** What a file says of user IDs counts for every customer that is known under them, here or by `matched`. */
  async follow(
    tx: Tx,
    target: ValueTarget,
    { values, matched }: { values: Values; matched: KnownCustomer[] },
  ): Promise<void> {
    const { projectId, attributeId, dataDate } = target;
    await execute(
      tx,
      `UPDATE customer_value c SET value = v.value::jsonb, data_date = $2::date, is_doubtful = false, heard_at = clock_timestamp()
       FROM unnest($3::text[], $4::text[]) AS v(user_id, value)
       WHERE c.attribute_id = $1 AND c.user_id = v.user_id AND c.data_date <= $2::date`,
      [attributeId, dataDate, [...values.keys()], [...values.values()].map(toJson)],
    );
    await execute(
      tx,
      `INSERT INTO customer_value (project_id, attribute_id, user_id, customer_id, value, data_date)
       SELECT $1::uuid, $2::uuid, user_id, customer_id, value::jsonb, $3::date
       FROM unnest($4::text[], $5::text[], $6::text[]) AS m(user_id, customer_id, value) ORDER BY user_id, customer_id
       ON CONFLICT ON CONSTRAINT pk_customer_value DO NOTHING`,
      [
        projectId,
        attributeId,
        dataDate,
        matched.map(({ userId }) => userId),
        matched.map(({ customerId }) => customerId),
        matched.map(({ userId }) => toJson(values.get(userId) ?? null)),
      ],
    );
  }

  /** A complete list is applied: customers whose user ID is not on it have no value. At most `limit`; @returns how many. */
  clearAbsent(tx: Tx, { projectId, attributeId, dataDate, runId }: ValueTarget, limit: number): Promise<number> {
    return execute(
      tx,
      `UPDATE customer_value SET value = NULL, is_doubtful = false, data_date = $3::date
       WHERE (attribute_id, user_id, customer_id) IN (
         SELECT attribute_id, user_id, customer_id FROM customer_value
         WHERE attribute_id = $2 AND project_id = $1 AND data_date <= $3::date AND (value IS NOT NULL OR is_doubtful)
           AND heard_at < (SELECT started_at FROM suppression_sync_run WHERE id = $4)
         ORDER BY user_id, customer_id LIMIT $5 FOR UPDATE)`,
      [projectId, attributeId, dataDate, runId, limit],
    );
  }
}

function toJson(value: TypedValue | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
