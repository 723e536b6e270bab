import { query, type Tx } from '@libs/platform';
import type { NamedCustomer, Person } from '@modules/profiles';

/** A row that names a customer: SQL for its columns. */
export interface CustomerRow {
  connection: string;
  customer: string;
}

/** SQL: whether the account of the connection `c` is known to call somebody else by the user ID of the person. */
const callsAnother = `c.user_id_attribute IS NOT NULL AND EXISTS (
  SELECT FROM matched_customer m JOIN connection k ON k.id = m.connection_id
  WHERE k.project_id = $1 AND k.account_id = c.account_id AND m.customer_id = $5::text AND m.profile_id <> $6::uuid)`;

/** The parameters, $1 to $6, of statements with {@link isPersons}. Connections to one account call a person the same. */
export async function keyOfPerson(tx: Tx, projectId: string, person: Person): Promise<unknown[]> {
  const { profileId, customerIds, customers } = person;
  const [userId = ''] = customerIds;
  const named = [...customers, ...(await overTheSameAccounts(tx, projectId, customers))];
  const columns = [named.map(({ connectionId }) => connectionId), named.map(({ customerId }) => customerId)];
  return [projectId, customerIds, ...columns, userId, profileId];
}

/**
 * SQL: whether a row is about the person. A customer ID is their name over the connections that call them so; the user ID is
 * it where there is no connection, where the customer ID is the user ID and, of whom only Optimove knew, anywhere.
 * `isAnother` says of a connection `c` with a User ID attribute whether the user ID is another customer's name there.
 */
export function isPersons({ connection, customer }: CustomerRow, isAnother = callsAnother): string {
  return `${customer} = ANY($2::text[]) AND ((${connection}, ${customer}) IN (SELECT * FROM unnest($3::uuid[], $4::text[]))
    OR ${customer} = $5::text AND ($6::uuid IS NULL
      OR NOT EXISTS (SELECT FROM connection c WHERE c.id = ${connection} AND ${isAnother})))`;
}

/** Deleted ones too. */
function overTheSameAccounts(tx: Tx, projectId: string, customers: NamedCustomer[]): Promise<NamedCustomer[]> {
  return query(
    tx,
    `SELECT DISTINCT o.id AS "connectionId", n.customer_id AS "customerId"
     FROM unnest($2::uuid[], $3::text[]) AS n(connection_id, customer_id)
     JOIN connection c ON c.id = n.connection_id AND c.project_id = $1
     JOIN connection o ON o.project_id = $1 AND o.account_id = c.account_id`,
    [projectId, customers.map(({ connectionId }) => connectionId), customers.map(({ customerId }) => customerId)],
  );
}
