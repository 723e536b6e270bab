import type { ProofWorld } from './proof-world';

/** The messages that somebody got. */
export interface Messages {
  customerId: string;
  executionId: string;
  seq: number;
  profileId: string;
  /** Message-ID of the mail; null without one. */
  mailId: string | null;
  /** The device that the notification went to; null without one. */
  deviceId: string | null;
}

/** The messages of an execution that providers took, by customer. */
export async function messagesOf(world: ProofWorld, executionId: string): Promise<Map<string, Messages>> {
  const rows = await world.ask<Messages>(
    `SELECT r.customer_id AS "customerId", r.execution_id AS "executionId", r.seq, r.profile_id AS "profileId",
       max(d.provider_message_id) FILTER (WHERE d.medium = 'EMAIL') AS "mailId",
       max(d.address_key) FILTER (WHERE d.medium = 'MOBILE_PUSH') AS "deviceId"
     FROM recipient r JOIN delivery d ON d.execution_id = r.execution_id AND d.seq = r.seq AND d.state = 'ACCEPTED'
     WHERE r.execution_id = $1 AND r.end_state = 'SENT' GROUP BY 1, 2, 3, 4`,
    [executionId],
  );
  return new Map(rows.map((row) => [row.customerId, row]));
}
