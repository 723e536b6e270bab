import { execute, prepared, query, type Tx } from '@libs/platform';
import { type NamedCustomer, type Person, withoutBlanks } from '@modules/profiles';
import type { OptimoveExecutionRow } from './execution.repository';

/** As long as a list may be read again, and a day more. */
const keptFor = '4 days';

const digestOf = (customerId: string, key: string): string => `sha256(${key} || convert_to(${customerId}, 'UTF8'))`;

/** Where a name stands for somebody who was erased: over one connection, or over one of these. */
const scopes = {
  /** All connections: nobody but Optimove knew them. */
  any: 'ANY',
  /** Those whose customer ids are user IDs. */
  userId: 'USER_ID',
  /** Those with a User ID attribute: its value without the blanks around it. */
  attribute: 'ATTRIBUTE',
};

/**
 * SQL: the attribute by which the customer of a row of the execution `e` over the connection `c` is told; NULL where the
 * customer ID does. What is stored with the row's chunk comes before what is stored with its list.
 */
export function toldBy(row: string): string {
  return `(coalesce((SELECT k.matched_by FROM execution_chunk k
      WHERE e.kind = 'TRIGGERED' AND k.execution_id = e.id AND k.chunk_no <= ${row}.row_no ORDER BY k.chunk_no DESC LIMIT 1),
    e.matched_by, ARRAY[c.user_id_attribute]))[1]`;
}

/**
 * The customers whom the lists of open executions call by this user ID in the User ID attribute that they were read with:
 * most of them are matched only when their message is due, so nothing else says who they are.
 */
export function customersListedAs(tx: Tx, projectId: string, userId: string): Promise<NamedCustomer[]> {
  return query(
    tx,
    `WITH told AS MATERIALIZED (
       SELECT DISTINCT e.id, e.kind, e.connection_id, e.attributes, e.matched_by,
         (coalesce(k.matched_by, e.matched_by, ARRAY[c.user_id_attribute]))[1] AS attribute
       FROM execution e JOIN connection c ON c.id = e.connection_id
       LEFT JOIN LATERAL (SELECT DISTINCT matched_by FROM execution_chunk
         WHERE execution_id = e.id AND e.kind = 'TRIGGERED') AS k ON true
       WHERE e.project_id = $1 AND e.state IN ('ANNOUNCED', 'READING', 'RUNNING')
     )
     SELECT DISTINCT e.connection_id AS "connectionId", s.customer_id AS "customerId"
     FROM told e JOIN connection c ON c.id = e.connection_id JOIN recipient_staging s ON s.execution_id = e.id
     WHERE ${withoutBlanks('s.attributes[array_position(e.attributes, e.attribute)]')} = $2
       AND e.attribute = ANY(e.attributes) AND ${toldBy('s')} = e.attribute`,
    [projectId, userId.trim()],
  );
}

/** Keeps in mind, by keyed digest, that the person was erased: what each connection calls them. */
export async function rememberErased(tx: Tx, projectId: string, person: Person, key: Buffer): Promise<void> {
  const [userId = ''] = person.customerIds;
  const names = [
    { scope: person.profileId === null ? scopes.any : scopes.userId, id: userId },
    { scope: scopes.attribute, id: userId.trim() },
    ...person.customers.map(({ connectionId, customerId }) => ({ scope: connectionId, id: customerId })),
  ];
  await execute(
    tx,
    `INSERT INTO erased_customer (project_id, scope, digest, erased_at)
     SELECT DISTINCT $1::uuid, n.scope, ${digestOf('n.id', '$4::bytea')}, statement_timestamp()
     FROM unnest($2::text[], $3::text[]) AS n(scope, id)
     ON CONFLICT ON CONSTRAINT pk_erased_customer DO UPDATE SET erased_at = excluded.erased_at`,
    [projectId, names.map(({ scope }) => scope), names.map(({ id }) => id), key],
  );
}

/** Forgets whom no list can bring back any more. */
export async function forgetErased(tx: Tx): Promise<void> {
  await execute(tx, `DELETE FROM erased_customer WHERE erased_at < now() - interval '${keptFor}'`);
}

/**
 * Takes listed rows away of customers who were erased after the campaign was announced: their earlier rows do not say
 * any more whose they are, so nothing else keeps them from becoming known, and getting it, once more.
 * @returns how many.
 */
export async function dropErased(
  tx: Tx,
  {
    execution,
    connectionIds,
    erasureKeys,
    userIdAttribute,
  }: {
    execution: OptimoveExecutionRow;
    connectionIds: string[];
    erasureKeys: Buffer[];
    userIdAttribute: string | null;
  },
): Promise<number> {
  const [first] = await query<{ at: Date; is_needed: boolean }>(
    tx,
    `SELECT at, EXISTS (SELECT 1 FROM erased_customer WHERE project_id = $1 AND erased_at >= at) AS is_needed
     FROM (SELECT min(announced_at) AS at FROM execution WHERE id = $2 OR (project_id = $1 AND connection_id = ANY($3::uuid[])
         AND optimove_campaign_id = $4 AND optimove_channel_id = $5 AND announced_at > now() - interval '${keptFor}')) AS first`,
    [execution.project_id, execution.id, connectionIds, execution.optimove_campaign_id, execution.optimove_channel_id],
  );
  if (!first?.is_needed) return 0;
  const values = [execution.id, execution.reading, execution.project_id, erasureKeys, first.at];
  const meant = [...connectionIds, scopes.any, ...(userIdAttribute === null ? [scopes.userId] : [])];
  const dropped = await execute(tx, droppedBy('s.customer_id'), [...values, meant]);
  if (userIdAttribute === null) return dropped;
  return dropped + (await execute(tx, droppedBy(givenUserId), [...values, [scopes.attribute], userIdAttribute]));
}

/** Somebody on the way to their message, as Optimove gave them. */
export interface ListedPerson {
  seq: number;
  customerId: string;
  /** Value of the User ID attribute; empty where there is none. */
  userIdValue: string;
  /** Whoever was erased before is somebody else's concern: they were named again. */
  since: Date;
}

/** Whether anybody of the project was erased since the first of these instants. */
export async function wasAnybodyErased(tx: Tx, projectId: string, instants: Date[]): Promise<boolean> {
  const sql = `SELECT 1 FROM erased_customer WHERE project_id = $1
    AND erased_at >= (SELECT min(since) FROM unnest($2::timestamptz[]) AS since) LIMIT 1`;
  return (await query(tx, prepared(sql), [projectId, instants])).length > 0;
}

/** Those of these people, by seq, who were erased since they were announced. */
export async function erasedAmong(
  tx: Tx,
  given: { projectId: string; connectionIds: string[]; erasureKeys: Buffer[]; userIdAttribute: string | null },
  people: ListedPerson[],
): Promise<Set<number>> {
  const { projectId, connectionIds, erasureKeys, userIdAttribute } = given;
  const byCustomer = [...connectionIds, scopes.any, ...(userIdAttribute === null ? [scopes.userId] : [])];
  const rows = await query<{ seq: number }>(
    tx,
    `SELECT DISTINCT n.seq FROM (
       SELECT p.seq, p.customer_id AS name, p.since, $6::text[] AS meant FROM ${listed}
       UNION ALL SELECT p.seq, p.user_id, p.since, ARRAY['${scopes.attribute}'] FROM ${listed} WHERE p.user_id <> ''
     ) AS n CROSS JOIN unnest($7::bytea[]) AS k(secret)
     JOIN erased_customer x ON x.project_id = $1 AND x.digest = ${digestOf('n.name', 'k.secret')}
       AND x.scope = ANY(n.meant) AND x.erased_at >= n.since`,
    [
      projectId,
      people.map(({ seq }) => seq),
      people.map(({ customerId }) => customerId),
      people.map(({ userIdValue }) => userIdValue.trim()),
      people.map(({ since }) => since),
      byCustomer,
      erasureKeys,
    ],
  );
  return new Set(rows.map(({ seq }) => seq));
}

const listed = 'unnest($2::int[], $3::text[], $4::text[], $5::timestamptz[]) AS p(seq, customer_id, user_id, since)';

/** $7 is the name of the attribute. */
const givenUserId = withoutBlanks(
  's.attributes[(SELECT array_position(attributes, $7::text) FROM execution WHERE id = $1)]',
);

/** Takes the rows away whose name is that of somebody who was erased. */
function droppedBy(name: string): string {
  return `DELETE FROM recipient_staging s USING unnest($4::bytea[]) AS k(secret), erased_customer x
    WHERE s.execution_id = $1 AND s.reading = $2 AND x.project_id = $3 AND x.erased_at >= $5
      AND x.digest = ${digestOf(name, 'k.secret')} AND x.scope = ANY($6::text[])`;
}
