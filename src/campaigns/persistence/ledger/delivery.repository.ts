import type { Medium } from '@libs/delivery';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { type DeliveryState, handedOverStates } from '../../domain/execution/delivery-state';
import type { HeldChunk } from './chunk.repository';
import { onDay } from './day-tables';

/** A claim that was made. */
export interface ClaimedDelivery {
  /** Number of this attempt. */
  attempt: number;
  /** Since when its provider kept it from going; null when it did not. */
  waitingSince: Date | null;
}

/** One hand-over about to be claimed. */
export interface NewDelivery {
  seq: number;
  medium: Medium;
  addressKey: string;
  profileId: string;
  accountId: string;
  /** Where it goes; of e-mails and texts it is kept, for what comes back from there. */
  address: string;
  /** Side of the split test; null without one. */
  variant: string | null;
  /** Language of the texts; null for the content's own. */
  language: string | null;
}

/** What became of a hand-over. */
export interface DeliveryOutcome {
  seq: number;
  medium: Medium;
  addressKey: string;
  state: Exclude<DeliveryState, 'CLAIMED'>;
  reason: string | null;
  providerMessageId: string | null;
  /** Whether the provider judged the message; an outage uses no try up. */
  isTry: boolean;
  /** Whether the provider said that nothing will ever arrive at the address. */
  isAddressDead: boolean;
}

/** What is known of one recipient after its slice. */
export interface RecipientOutcome {
  seq: number;
  profileId: string | null;
  /** The end state if nothing was tried. */
  dropState: string;
  reason: string | null;
}

/** A recipient who has to wait, with the profile found so far. */
export interface HeldRecipient {
  seq: number;
  profileId: string | null;
  until: Date;
}

/** SQL: people of the execution `$1` of whom a provider called an address dead bounce, once and for all. */
export const bounceOfDead = `UPDATE recipient r SET is_address_dead = true, bounced_at = now()
  WHERE r.execution_id = $1 AND r.bounced_at IS NULL
    AND EXISTS (SELECT FROM delivery d WHERE d.execution_id = $1 AND d.seq = r.seq AND d.is_address_dead)`;

/** SQL: whether an attempt of a delivery was uncertain before somebody had it sent again. */
export const wasSentBefore = (delivery: string): string => `EXISTS (SELECT 1 FROM delivery_past p
    WHERE p.execution_id = ${delivery}.execution_id AND p.seq = ${delivery}.seq AND p.medium = ${delivery}.medium
      AND p.address_key = ${delivery}.address_key AND p.closed_as = 'SENT_AGAIN')`;

const handedOver = `(${handedOverStates.map((state) => `'${state}'`).join(', ')})`;

/** SQL: whether a row with a state, of a delivery or of a test, is of a message that has left or may have. */
export const isHandedOver = (row: string): string => `${row}.state IN ${handedOver}`;

/** SQL: whether any attempt of a delivery has left or may have. */
export const mayHaveArrived = (delivery: string): string => `(${isHandedOver(delivery)} OR ${wasSentBefore(delivery)})`;

/** SQL: what a delivery that waits for a try comes to when that try is not made. */
export const stateOfUnsent = `CASE WHEN ${wasSentBefore('delivery')} THEN 'UNCERTAIN' ELSE 'REJECTED' END`;

const isRefused = `execution_id = $1 AND seq BETWEEN $2 AND $3 AND seq = ANY($4::int[]) AND state = 'RETRY' AND fence < $5`;

const forgetReleased = onDay(
  ({ delivery }) => `DELETE FROM ${delivery} AS delivery
  WHERE ${isRefused} AND reason = 'RELEASED' AND attempts = 0 AND waiting_since IS NULL
  AND NOT EXISTS (SELECT 1 FROM delivery_past p WHERE p.execution_id = delivery.execution_id AND p.seq = delivery.seq
    AND p.medium = delivery.medium AND p.address_key = delivery.address_key)`,
);

const giveUp = onDay(
  ({ delivery }) => `UPDATE ${delivery} AS delivery SET state = ${stateOfUnsent}, fence = $5,
  reason = 'NO_LONGER_ALLOWED: ' || coalesce(reason, ''), answered_at = now() WHERE ${isRefused}`,
);

const claimSql = onDay(
  ({ delivery }) => `INSERT INTO ${delivery} AS d (execution_id, seq, medium, address_key, project_id, profile_id,
    account_id, state, fence, variant, language, address)
  SELECT $1, n.seq, n.medium, n.address_key, $2, n.profile_id, n.account_id, 'CLAIMED', $3, n.variant, n.language, n.address
  FROM unnest($4::int[], $5::text[], $6::text[], $7::uuid[], $8::uuid[], $9::text[], $10::text[], $11::text[])
    AS n(seq, medium, address_key, profile_id, account_id, variant, language, address)
  WHERE (NOT EXISTS (SELECT 1 FROM delivery_past p WHERE p.execution_id = $1 AND p.seq = n.seq)
      AND ($12 OR coalesce((SELECT min(fence) FROM ${delivery} e WHERE e.execution_id = $1 AND e.seq = n.seq AND e.medium = n.medium), $3) = $3))
    OR EXISTS (SELECT 1 FROM ${delivery} k WHERE k.execution_id = $1 AND k.seq = n.seq AND k.medium = n.medium AND k.address_key = n.address_key)
  ON CONFLICT (execution_id, seq, medium, address_key) DO UPDATE
  SET state = 'CLAIMED', fence = excluded.fence, account_id = excluded.account_id, attempts = d.attempts + 1, claimed_at = now(), reason = NULL,
    variant = excluded.variant, language = excluded.language, address = excluded.address
  WHERE d.state = 'RETRY'
  RETURNING seq, medium, address_key AS "addressKey", attempts AS attempt,
    CASE WHEN waiting_since IS NOT NULL THEN
      greatest(waiting_since, (SELECT greatest(e.goes_on_since, c.enabled_at)
        FROM execution e LEFT JOIN connection c ON c.id = e.connection_id WHERE e.id = $1)) END AS "waitingSince"`,
);

const recordSql = onDay(
  ({ delivery }) => `UPDATE ${delivery} d SET state = o.state, reason = o.reason,
    provider_message_id = o.provider_message_id,
    text_message_id = CASE WHEN d.medium = 'SMS' THEN o.provider_message_id END, answered_at = now(),
    attempts = d.attempts - CASE WHEN o.is_try THEN 0 ELSE 1 END,
    waiting_since = CASE WHEN NOT o.is_try THEN coalesce(d.waiting_since, now()) END, is_address_dead = o.is_address_dead
  FROM unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $11::boolean[], $12::boolean[])
    AS o(seq, medium, address_key, state, reason, provider_message_id, is_try, is_address_dead)
  WHERE d.execution_id = $1 AND d.seq BETWEEN $9 AND $10 AND d.fence = $2 AND d.seq = o.seq AND d.medium = o.medium
    AND d.address_key = o.address_key AND d.state = 'CLAIMED'`,
);

const endSql = onDay(
  ({ recipient, delivery }) => `UPDATE ${recipient} r SET profile_id = g.profile_id, ended_at = now(),
    end_state = e.state,
    reason = CASE WHEN t.tries = 0 THEN g.reason WHEN t.is_sent THEN NULL ELSE t.reason END,
    is_address_dead = CASE WHEN e.has_bounced AND r.bounced_at IS NULL THEN true ELSE r.is_address_dead END,
    bounced_at = CASE WHEN e.has_bounced THEN coalesce(r.bounced_at, now()) ELSE r.bounced_at END
  FROM unnest($2::int[], $3::uuid[], $4::text[], $5::text[]) AS g(seq, profile_id, drop_state, reason)
  CROSS JOIN LATERAL (
    SELECT count(*) AS tries, bool_or(d.state IN ('CLAIMED', 'RETRY')) AS is_open, bool_or(d.state = 'ACCEPTED') AS is_sent,
      bool_or(d.state = 'UNCERTAIN') AS is_uncertain, bool_or(d.is_address_dead) AS is_dead,
      min(d.reason) FILTER (WHERE d.state <> 'ACCEPTED') AS reason
    FROM ${delivery} d WHERE d.execution_id = $1 AND d.seq = g.seq) AS t
  CROSS JOIN LATERAL (
    SELECT CASE WHEN t.tries = 0 THEN g.drop_state WHEN t.is_sent THEN 'SENT' WHEN t.is_uncertain THEN 'UNCERTAIN' ELSE 'FAILED' END AS state,
      t.is_dead AND NOT t.is_sent AND NOT t.is_uncertain AS has_bounced
  ) AS e
  WHERE r.execution_id = $1 AND r.seq BETWEEN $6 AND $7 AND r.seq = g.seq AND r.end_state IS NULL AND t.is_open IS NOT TRUE`,
);

const holdSql = onDay(
  ({ recipient }) => `UPDATE ${recipient} r SET held_until = h.until, profile_id = h.profile_id
  FROM unnest($2::int[], $3::uuid[], $4::timestamptz[]) AS h(seq, profile_id, until)
  WHERE r.execution_id = $1 AND r.seq BETWEEN $5 AND $6 AND r.seq = h.seq AND r.end_state IS NULL`,
);

const releaseSql = onDay(
  ({ delivery }) => `UPDATE ${delivery} d SET state = 'RETRY', attempts = d.attempts - 1, reason = 'RELEASED'
  FROM unnest($3::int[], $4::text[], $5::text[]) AS n(seq, medium, address_key)
  WHERE d.execution_id = $1 AND d.seq BETWEEN $6 AND $7 AND d.fence = $2 AND d.seq = n.seq AND d.medium = n.medium
    AND d.address_key = n.address_key AND d.state = 'CLAIMED'`,
);

/** Hand-overs tried before a delivery that keeps meeting trouble is given up. */
export const maxDeliveryAttempts = 15;

/** Deliveries and the ends of recipients. */
@Injectable()
export class DeliveryRepository {
  /**
   * Claims hand-overs. One that was claimed before is not claimed again, unless it waits for a retry. Whoever is tried
   * again on a medium, by themselves or by a person's decision, gets nothing on addresses that are new since then.
   * @returns the claims by {@link deliveryKey}.
   */
  async claim(
    tx: Tx,
    chunk: HeldChunk,
    projectId: string,
    deliveries: NewDelivery[],
  ): Promise<Map<string, ClaimedDelivery>> {
    const rows = await query<ClaimedDelivery & { seq: number; medium: string; addressKey: string }>(
      tx,
      claimSql(chunk.executionId),
      [
        chunk.executionId,
        projectId,
        chunk.fence,
        deliveries.map(({ seq }) => seq),
        deliveries.map(({ medium }) => medium),
        deliveries.map(({ addressKey }) => addressKey),
        deliveries.map(({ profileId }) => profileId),
        deliveries.map(({ accountId }) => accountId),
        deliveries.map(({ variant }) => variant),
        deliveries.map(({ language }) => language),
        deliveries.map(keptAddress),
        chunk.isFirst,
      ],
    );
    return new Map(rows.map(({ seq, medium, addressKey, ...claim }) => [deliveryKey(seq, medium, addressKey), claim]));
  }

  /** Those of these devices to which a Direct campaign went while they were of these anonymous people; by device id. */
  async phonesOf(
    tx: Tx,
    executionId: string,
    devices: { deviceId: string; profileId: string }[],
  ): Promise<Set<string>> {
    if (devices.length === 0) return new Set();
    const rows = await query<{ id: string }>(
      tx,
      `SELECT n.device_id AS id FROM unnest($2::text[], $3::text[]) AS n(device_id, profile_id)
       CROSS JOIN LATERAL (SELECT seq FROM recipient r WHERE r.execution_id = $1 AND r.customer_id = n.profile_id OFFSET 0) AS r
       JOIN delivery d ON d.execution_id = $1 AND d.seq = r.seq AND d.address_key = n.device_id
         AND d.medium IN ('MOBILE_PUSH', 'WEB_PUSH') AND ${isHandedOver('d')}`,
      [executionId, devices.map(({ deviceId }) => deviceId), devices.map(({ profileId }) => profileId)],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Gives back claims that were not handed over, so that they are decided again. */
  async release(
    tx: Tx,
    chunk: HeldChunk,
    deliveries: Pick<NewDelivery, 'seq' | 'medium' | 'addressKey'>[],
  ): Promise<void> {
    if (deliveries.length === 0) return;
    await execute(tx, releaseSql(chunk.executionId), [
      chunk.executionId,
      chunk.fence,
      deliveries.map(({ seq }) => seq),
      deliveries.map(({ medium }) => medium),
      deliveries.map(({ addressKey }) => addressKey),
      ...rangeOf(deliveries),
    ]);
  }

  /** Writes what the provider answered, once. */
  async record(tx: Tx, chunk: HeldChunk, outcomes: DeliveryOutcome[]): Promise<void> {
    if (outcomes.length === 0) return;
    await execute(tx, recordSql(chunk.executionId), [
      chunk.executionId,
      chunk.fence,
      outcomes.map(({ seq }) => seq),
      outcomes.map(({ medium }) => medium),
      outcomes.map(({ addressKey }) => addressKey),
      outcomes.map(({ state }) => state),
      outcomes.map(({ reason }) => reason),
      outcomes.map(({ providerMessageId }) => providerMessageId),
      ...rangeOf(outcomes),
      outcomes.map(({ isTry }) => isTry),
      outcomes.map(({ isAddressDead }) => isAddressDead),
    ]);
  }

  /**
   * Gives up what waited for another try and was not let through the gate again: it was not claimed by this run. What
   * was uncertain before somebody had it sent again is uncertain still; a claim that was given back before anything went
   * out is forgotten, so that nobody counts as tried because of it.
   */
  async giveUpRefused(tx: Tx, chunk: HeldChunk, people: { seq: number }[]): Promise<void> {
    if (people.length === 0 || chunk.isFirst) return;
    const refused = [chunk.executionId, ...rangeOf(people), people.map(({ seq }) => seq), chunk.fence];
    await Promise.all([
      execute(tx, forgetReleased(chunk.executionId), refused),
      execute(tx, giveUp(chunk.executionId), refused),
    ]);
  }

  /**
   * Brings recipients to their end: SENT before UNCERTAIN before FAILED before the drop; those with a retry stay open. Of
   * the failed those have bounced of whom an address is dead.
   */
  async end(tx: Tx, executionId: string, recipients: RecipientOutcome[]): Promise<void> {
    if (recipients.length === 0) return;
    await execute(tx, endSql(executionId), [
      executionId,
      recipients.map(({ seq }) => seq),
      recipients.map(({ profileId }) => profileId),
      recipients.map(({ dropState }) => dropState),
      recipients.map(({ reason }) => reason),
      ...rangeOf(recipients),
    ]);
  }

  /** Lets recipients wait until an instant each; they are not looked at before. */
  async hold(tx: Tx, executionId: string, held: HeldRecipient[]): Promise<void> {
    if (held.length === 0) return;
    await execute(tx, holdSql(executionId), [
      executionId,
      held.map(({ seq }) => seq),
      held.map(({ profileId }) => profileId),
      held.map(({ until }) => until),
      ...rangeOf(held),
    ]);
  }

  /**
   * Settles what a worker that is gone left claimed: whether it was handed over cannot be known, so it is UNCERTAIN
   * and is not sent again, unless the account knows a message that comes twice (`repeatable`).
   * @returns who is in doubt now.
   */
  async settleLost(tx: Tx, chunk: HeldChunk, repeatable: string[] = []): Promise<number[]> {
    await execute(
      tx,
      `UPDATE delivery SET state = 'RETRY', reason = 'The worker stopped before the answer was written', answered_at = now()
       WHERE execution_id = $1 AND seq BETWEEN $2 AND $3 AND state = 'CLAIMED' AND fence < $4 AND account_id = ANY($5::uuid[])`,
      [chunk.executionId, chunk.fromSeq, chunk.toSeq, chunk.fence, repeatable],
    );
    const rows = await query<{ seq: number }>(
      tx,
      `UPDATE delivery SET state = 'UNCERTAIN', reason = 'The worker stopped before the answer was written', answered_at = now()
       WHERE execution_id = $1 AND seq BETWEEN $2 AND $3 AND state = 'CLAIMED' AND fence < $4 RETURNING seq`,
      [chunk.executionId, chunk.fromSeq, chunk.toSeq, chunk.fence],
    );
    return rows.map(({ seq }) => seq);
  }
}

/** Nothing is ever reported of a push token by its name. */
function keptAddress({ medium, address }: NewDelivery): string | null {
  return medium === 'EMAIL' || medium === 'SMS' ? address : null;
}

/** Names a delivery inside its execution. */
export function deliveryKey(seq: number, medium: string, addressKey: string): string {
  return `${seq} ${medium} ${addressKey}`;
}

/** The range of a slice: new partitions have no statistics, and only a range always leads the planner to the index. */
function rangeOf(rows: { seq: number }[]): [number, number] {
  const seqs = rows.map(({ seq }) => seq);
  return [Math.min(...seqs), Math.max(...seqs)];
}
