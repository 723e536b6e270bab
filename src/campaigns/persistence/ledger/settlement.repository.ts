import type { Medium } from '@libs/delivery';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { ChunkKey } from './chunk.repository';
import { askByDay, isFrom } from './day-tables';
import { wasSentBefore } from './delivery.repository';
import type { ExecutionRow } from './execution.repository';
import { unfoldSums } from './folded-sums.repository';
import { sumsOfDeliveries } from './sums-of-deliveries';
import { sumsOfPeople } from './sums-of-people';

/** A delivery as somebody saw it: `version` changes with every attempt. */
export interface SeenDelivery {
  seq: number;
  medium: Medium;
  addressKey: string;
  version: number;
}

/** What becomes of deliveries that a person decides about, or whose message its customer has seen. */
export interface Settlement {
  executionId: string;
  /** The deliveries to settle; null for all that fit. */
  chosen: SeenDelivery[] | null;
  as: 'COUNTED_AS_SENT' | 'SENT_AGAIN' | 'RETRIED' | 'PROVEN';
  /** Label of the person's key, or who else settled it. */
  by: string;
  /** RETRIED: classes of reasons (the word before the colon); null for any. */
  reasons: readonly string[] | null;
  /** Whether the message is known to have arrived: then what waits to be sent again need not be. */
  isProof: boolean;
}

/** How an execution stands when somebody wants to settle its deliveries. */
export interface SettledExecution {
  kind: ExecutionRow['kind'];
  state: string;
  /** Null for a Direct campaign. */
  connectionId: string | null;
  isCancelling: boolean;
  /** Optimove cancelled the campaign, be it when this was over. */
  isWithdrawn: boolean;
  hasValues: boolean;
}

/** SQL: whether somebody has a delivery that was uncertain sent again, and nobody has it in hand. */
const waitsAgain = (delivery: string): string => `(${delivery}.state = 'RETRY' AND ${wasSentBefore(delivery)})`;

const fits = `d.execution_id = $1
  AND (d.state = CASE WHEN $2 = 'RETRIED' THEN 'REJECTED' ELSE 'UNCERTAIN' END OR ($8 AND ${waitsAgain('d')}))
  AND ($3::text[] IS NULL OR split_part(d.reason, ':', 1) = ANY($3::text[]))
  AND ($2 <> 'RETRIED' OR EXISTS (
    SELECT 1 FROM recipient f WHERE f.execution_id = $1 AND f.seq = d.seq AND f.end_state = 'FAILED'))
  AND ($4::int[] IS NULL OR (d.seq, d.medium, d.address_key, d.fence) IN (
    SELECT * FROM unnest($4::int[], $5::text[], $6::text[], $7::int[])))`;

/** Deliveries that a person decides about: the closed ones are kept, the sums follow. */
@Injectable()
export class SettlementRepository {
  /** Locks the execution until `tx` ends, so that of two people who decide at once one comes second. */
  async lock(tx: Tx, projectId: string, executionId: string): Promise<SettledExecution | null> {
    const [row] = await query<SettledExecution>(
      tx,
      `SELECT kind, state, connection_id AS "connectionId", cancel_requested_at IS NOT NULL AS "isCancelling",
         cancel_said_at IS NOT NULL AS "isWithdrawn",
         (kind = 'DIRECT' OR values_gone_at IS NULL) AND people_gone_at IS NULL AS "hasValues"
       FROM execution e WHERE project_id = $1 AND id = $2 FOR UPDATE`,
      [projectId, executionId],
    );
    return row ?? null;
  }

  /** Deliveries in doubt of which these messages must be, because nothing else of that medium can have arrived. */
  proven(
    tx: Tx,
    messages: { executionId: string; seq: number; medium: string }[],
  ): Promise<(SeenDelivery & { executionId: string; projectId: string })[]> {
    const sql = `SELECT d.execution_id AS "executionId", d.project_id AS "projectId", d.seq, d.medium, d.address_key AS "addressKey",
         d.fence AS version
       FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::int[], $3::text[])) AS m(execution_id, seq, medium)
       JOIN delivery d ON d.execution_id = m.execution_id AND d.seq = m.seq AND d.medium = m.medium
       WHERE ${isFrom('d.execution_id', 4)} AND (d.state = 'UNCERTAIN' OR ${waitsAgain('d')}) AND NOT EXISTS (SELECT 1 FROM delivery o
         WHERE ${isFrom('o.execution_id', 4)} AND o.execution_id = d.execution_id AND o.seq = d.seq AND o.medium = d.medium AND o.address_key <> d.address_key
           AND (o.state IN ('ACCEPTED', 'UNCERTAIN') OR ${waitsAgain('o')}))
       ORDER BY d.execution_id, d.seq`;
    return askByDay(messages, (ofDay, ids) =>
      query(tx, sql, [
        ofDay.map(({ executionId }) => executionId),
        ofDay.map(({ seq }) => seq),
        ofDay.map(({ medium }) => medium),
        ...ids,
      ]),
    );
  }

  /** Locks the chunks concerned. @returns their numbers, and whether a worker is in one of them now. */
  async lockChunks(tx: Tx, settlement: Settlement): Promise<{ chunkNos: number[]; isBusy: boolean }> {
    let rows = await this.lockedChunks(tx, settlement);
    // One may have been joined to another while it was waited for; the next look sees that one.
    for (let before = -1; before !== rows.length; ) {
      before = rows.length;
      rows = await this.lockedChunks(tx, settlement);
    }
    return { chunkNos: rows.map((row) => row.chunk_no), isBusy: rows.some(({ busy }) => busy) };
  }

  private lockedChunks(tx: Tx, settlement: Settlement): Promise<{ chunk_no: number; busy: boolean }[]> {
    return query(
      tx,
      `SELECT c.chunk_no, coalesce(c.held_until > now(), false) AS busy FROM execution_chunk c
       WHERE c.execution_id = $1
         AND EXISTS (SELECT 1 FROM delivery d WHERE ${fits} AND d.seq BETWEEN c.from_seq AND c.to_seq)
       ORDER BY c.chunk_no FOR UPDATE OF c`,
      parametersOf(settlement),
    );
  }

  /** Keeps the deliveries as they were and gives them their new state. @returns how many, and whose they are. */
  async settle(tx: Tx, settlement: Settlement): Promise<{ deliveries: number; seqs: number[] }> {
    const rows = await query<{ seq: number }>(
      tx,
      `WITH target AS MATERIALIZED (SELECT d.* FROM delivery d WHERE ${fits} FOR UPDATE OF d), past AS (
         INSERT INTO delivery_past (execution_id, seq, medium, address_key, fence, project_id, state, reason, attempts,
           claimed_at, answered_at, closed_as, closed_by)
         SELECT execution_id, seq, medium, address_key, fence, project_id, state, reason, attempts, claimed_at,
           answered_at, $2, $9 FROM target
       )
       UPDATE delivery d SET state = CASE WHEN $2 IN ('COUNTED_AS_SENT', 'PROVEN') THEN 'ACCEPTED' ELSE 'RETRY' END, reason = $2,
         attempts = CASE WHEN $2 IN ('COUNTED_AS_SENT', 'PROVEN') THEN greatest(d.attempts, 1) ELSE 0 END, waiting_since = NULL
       FROM target t WHERE d.execution_id = $1 AND d.seq = t.seq AND d.medium = t.medium AND d.address_key = t.address_key
       RETURNING d.seq`,
      [...parametersOf(settlement), settlement.by],
    );
    return { deliveries: rows.length, seqs: [...new Set(rows.map(({ seq }) => seq))] };
  }

  /**
   * Somebody of whom a message counts as sent has been reached. Whoever is still open stays open, unless they were opened
   * to be sent to again and nothing of that is left.
   */
  async endAsSent(tx: Tx, executionId: string, seqs: number[]): Promise<void> {
    await execute(
      tx,
      `UPDATE recipient r SET end_state = 'SENT', reason = NULL, ended_at = coalesce(ended_at, now())
       WHERE execution_id = $1 AND seq = ANY($2::int[]) AND (end_state IS NOT NULL OR (
         EXISTS (SELECT 1 FROM delivery_past p WHERE p.execution_id = $1 AND p.seq = r.seq AND p.closed_as = 'SENT_AGAIN')
         AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.execution_id = $1 AND d.seq = r.seq AND d.state IN ('CLAIMED', 'RETRY'))))`,
      [executionId, seqs],
    );
  }

  /** Opens people and their chunks again. @returns the chunks as jobs. */
  async reopen(
    tx: Tx,
    executionId: string,
    { seqs, chunkNos }: { seqs: number[]; chunkNos: number[] },
  ): Promise<(ChunkKey & { attempt: number })[]> {
    await execute(
      tx,
      `UPDATE recipient SET end_state = NULL, reason = NULL, ended_at = NULL
       WHERE execution_id = $1 AND seq = ANY($2::int[])`,
      [executionId, seqs],
    );
    await execute(
      tx,
      `UPDATE execution SET state = 'RUNNING', completed_at = NULL WHERE id = $1 AND state = 'COMPLETED'`,
      [executionId],
    );
    return query(
      tx,
      `UPDATE execution_chunk SET state = 'PENDING', done_at = NULL, held_until = NULL, due_at = now(), queued_at = now(),
         fence = fence + 1, attempt = attempt + 1, refusals = 0
       WHERE execution_id = $1 AND chunk_no = ANY($2::int[])
       RETURNING execution_id AS "executionId", chunk_no AS "chunkNo", attempt`,
      [executionId, chunkNos],
    );
  }

  /** Sums the chunks again, without people who are open. Whoever opened chunks has to do this in the same transaction. */
  async sumAgain(tx: Tx, executionId: string, chunkNos: number[]): Promise<void> {
    await unfoldSums(tx, executionId);
    await execute(tx, 'DELETE FROM execution_tally WHERE execution_id = $1 AND chunk_no = ANY($2::int[])', [
      executionId,
      chunkNos,
    ]);
    await execute(
      tx,
      `WITH chunk AS (SELECT * FROM execution_chunk WHERE execution_id = $1 AND chunk_no = ANY($2::int[]))
       INSERT INTO execution_tally (execution_id, chunk_no, optimove_template_id, measure, count)
       ${sumsOfPeople({ chunkNo: 'c.chunk_no', source: peopleOfChunks })}
       UNION ALL
       ${sumsOfDeliveries({ chunkNo: 'c.chunk_no', source: endedDeliveries })}`,
      [executionId, chunkNos],
    );
  }
}

const peopleOfChunks = 'FROM chunk c JOIN recipient r ON r.execution_id = $1 AND r.seq BETWEEN c.from_seq AND c.to_seq';

const endedDeliveries = `FROM chunk c JOIN delivery d ON d.execution_id = $1 AND d.seq BETWEEN c.from_seq AND c.to_seq
  JOIN recipient r ON r.execution_id = $1 AND r.seq = d.seq WHERE d.state NOT IN ('CLAIMED', 'RETRY')`;

function parametersOf({ executionId, as, reasons, chosen, isProof }: Settlement): unknown[] {
  return [
    executionId,
    as,
    reasons,
    chosen?.map(({ seq }) => seq) ?? null,
    chosen?.map(({ medium }) => medium) ?? null,
    chosen?.map(({ addressKey }) => addressKey) ?? null,
    chosen?.map(({ version }) => version) ?? null,
    isProof,
  ];
}
