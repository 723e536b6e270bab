import { newId } from '@libs/foundation';
import { insertExecution } from '../ledger/stage';
import type { Stage } from './stage';

/** A connection, null for a Direct campaign, and whom it calls what. */
export interface Naming {
  connectionId: string | null;
  customerId: string;
  /** Null: they were never matched. */
  profileId: string | null;
  /** Stands in every text. */
  mark: string;
  /** How the customer was told when the list, or the chunk of a triggered day, was made; as over the connection unless said. */
  told?: { isTriggered?: boolean; by: string | null; loyaltyId?: string };
}

/** Makes a connection to an account. @returns its id. */
export async function connect(
  { database, projectId }: Stage,
  {
    accountId,
    userIdAttribute,
    isDeleted = false,
  }: { accountId: string; userIdAttribute: string | null; isDeleted?: boolean },
): Promise<string> {
  const id = newId();
  await database.query(
    `INSERT INTO connection (id, account_id, project_id, name, endpoint, api_token_hint, callback_secret, user_id_attribute, deleted_at)
     VALUES ($1, $2, $3, gen_random_uuid()::text, 'https://example.com', 'x', 'x', $4, CASE WHEN $5 THEN now() END)`,
    [id, accountId, projectId, userIdAttribute, isDeleted],
  );
  return id;
}

/** Puts a customer into what is kept of a connection. @returns the execution that names them. */
export async function putOver(stage: Stage, naming: Naming): Promise<string> {
  const { database, projectId } = stage;
  const { connectionId, customerId, profileId, mark } = naming;
  const executionId = await insertExecution(database, { projectId, people: 1 });
  const isDirect = connectionId === null;
  await database.query(
    isDirect
      ? `UPDATE execution SET connection_id = NULL, channel_id = NULL, optimove_channel_id = NULL, kind = 'DIRECT' WHERE id = $1`
      : `UPDATE execution SET connection_id = $2, attributes = '{MOBILE,LOYALTY_ID}' WHERE id = $1`,
    isDirect ? [executionId] : [executionId, connectionId],
  );
  await database.query('UPDATE recipient SET customer_id = $2, profile_id = $3 WHERE execution_id = $1', [
    executionId,
    customerId,
    profileId,
  ]);
  for (const sql of ofExecution) await database.query(sql, [executionId, projectId, customerId, mark]);
  if (isDirect) return executionId;
  if (naming.told) await tell(stage, executionId, naming.told);
  for (const sql of ofConnection) await database.query(sql, [connectionId, projectId, customerId, mark, executionId]);
  const owned = [connectionId, projectId, customerId, profileId];
  if (profileId) for (const sql of ofMatched) await database.query(sql, owned);
  return executionId;
}

async function tell({ database }: Stage, executionId: string, told: NonNullable<Naming['told']>): Promise<void> {
  const { isTriggered = false, by, loyaltyId = null } = told;
  if (isTriggered) {
    await database.query(
      `UPDATE execution SET kind = 'TRIGGERED', closes_at = now() + interval '1 day' WHERE id = $1`,
      [executionId],
    );
  }
  const table = isTriggered
    ? 'execution_chunk SET matched_by = $2 WHERE execution_id'
    : 'execution SET matched_by = $2 WHERE id';
  await database.query(`UPDATE ${table} = $1`, [executionId, [by, null]]);
  await database.query('UPDATE recipient_staging SET attributes[2] = $2 WHERE execution_id = $1', [
    executionId,
    loyaltyId,
  ]);
}

/** The tables in which a customer is still named, or their texts still stand, of an execution and its connection. */
export async function stillIn({ database }: Stage, naming: Naming, executionId: string): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `SELECT name FROM (
       SELECT 'recipient' AS name FROM recipient WHERE execution_id = $1 AND customer_id = $2
       UNION SELECT 'recipient_staging' FROM recipient_staging WHERE execution_id = $1 AND customer_id = $2 AND attributes[1] = $3
       UNION SELECT 'recipient_reject' FROM recipient_reject WHERE execution_id = $1 AND customer_id = $2 AND raw = $3
       UNION SELECT 'delivery' FROM delivery WHERE execution_id = $1 AND address = $3
       UNION SELECT 'short_link' FROM short_link WHERE execution_id = $1
       UNION SELECT 'callback_journal' FROM callback_journal WHERE connection_id = $4 AND body <> ''
       UNION SELECT 'number_reject' FROM number_reject WHERE execution_id = $1 AND customer_id = $2
       UNION SELECT 'engagement_event' FROM engagement_event WHERE connection_id = $4 AND customer_id = $2
       UNION SELECT 'matched_customer' FROM matched_customer WHERE connection_id = $4 AND customer_id = $2
       UNION SELECT 'subscription_status' FROM subscription_status WHERE connection_id = $4 AND profile_id IS NOT NULL
     ) AS found ORDER BY 1`,
    [executionId, naming.customerId, naming.mark, naming.connectionId],
  );
  return rows.map(({ name }) => name);
}

const ofExecution = [
  `INSERT INTO recipient_staging (execution_id, reading, row_no, project_id, customer_id, optimove_template_id, scheduled_time,
     is_control, attributes) VALUES ($1, 1, 1, $2, $3, '1', '', false, ARRAY[$4::text, NULL])`,
  `INSERT INTO recipient_reject (execution_id, reading, row_no, project_id, state, optimove_template_id, customer_id, reason, raw)
     VALUES ($1, 1, 2, $2, 'DUPLICATE', '1', $3, 'again', $4)`,
  `INSERT INTO delivery (execution_id, seq, project_id, medium, address_key, profile_id, account_id, state, fence, address)
     SELECT $1, 1, $2, 'EMAIL', 'email', gen_random_uuid(), gen_random_uuid(), 'ACCEPTED', 1, $4::text WHERE $3::text <> ''`,
  `INSERT INTO short_link (code, project_id, execution_id, seq, medium, target, expires_at)
     SELECT $4::text, $2, $1, 1, 'SMS', $4::text, now() WHERE $3::text <> ''`,
];

const ofConnection = [
  `INSERT INTO callback_journal (project_id, connection_id, kind, body, outcome, call_id)
     SELECT $2, $1, 'event-11', convert_to(json_build_object('EventTypeID', 11, 'CampaignID', 1, 'TemplateID', 1,
       'CustomerID', $3::text, 'Note', $4::text)::text, 'UTF8'), 'TRIGGERED', gen_random_uuid() WHERE $5::uuid IS NOT NULL`,
  `INSERT INTO number_reject (execution_id, seq, project_id, connection_id, customer_id, value, reason)
     VALUES ($5, 1, $2, $1, $3, $4, 'x')`,
  `INSERT INTO engagement_event (project_id, connection_id, optimove_campaign_id, optimove_channel_id, optimove_template_id,
     event, day, customer_id, occurred_at, closes_at)
     SELECT $2, $1, $4::text, 5, '1', 'OPENED', now(), $3, now(), now() WHERE $5::uuid IS NOT NULL`,
];

const ofMatched = [
  'INSERT INTO matched_customer (connection_id, project_id, customer_id, profile_id) VALUES ($1, $2, $3, $4)',
  `WITH t AS (INSERT INTO subscription_target (id, project_id, connection_id, medium, optimove_channel_id)
     VALUES (gen_random_uuid(), $2, $1, 'EMAIL', 5) RETURNING id)
   INSERT INTO subscription_status (target_id, project_id, connection_id, customer_id, profile_id, owed)
     SELECT id, $2, $1, $3, $4, 'SUBSCRIBED' FROM t`,
];
