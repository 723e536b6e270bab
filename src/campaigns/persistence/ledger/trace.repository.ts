import { parseCallback } from '@libs/optimove-client';
import { query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { TracedDelivery, TraceEntry } from '../../domain/execution/trace-steps';
import { StopRepository } from './stop.repository';

/** Whom to trace. */
export interface Traced {
  projectId: string;
  /** Null: over all connections. */
  connectionId: string | null;
  customerId: string;
}

/** A part of the trace: so many entries after a position. */
export interface TracePage {
  after: string | null;
  limit: number;
}

/** An entry and where it stands: by the time order of ids, and within an execution by its rows. */
export type PlacedEntry = TraceEntry & { position: string };

type Placed<T> = T & { key: string; place: string };
type Found = Placed<Omit<TraceEntry, 'deliveries' | 'against'> & { seq: number | null }>;
type RefusedCall = Placed<
  Pick<TraceEntry, 'connectionId' | 'optimoveCampaignId' | 'optimoveTemplateId' | 'reason'> & {
    kind: string;
    body: Buffer;
    receivedAt: Date;
  }
>;
type Start = [key: string, place: string];

const beginning = 'ffffffff-ffff-ffff-ffff-ffffffffffff 0';
const refusedAtOnce = 100;
/** Rows that were dropped before the audience come after those in it. */
const placeOfReject = 'reading * 4294967296 + row_no';
/** A refused call among the executions: ids of both begin with their time. */
const keyOfCall = `(lpad(to_hex(floor(extract(epoch FROM received_at) * 1000)::bigint), 12, '0') || lpad(to_hex(id), 20, '0'))::uuid`;

/** Whether a text is the position of an entry. */
export function isTracePosition(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12} \d{1,18}$/.test(text);
}

/** Answers "why did this customer get nothing?". */
@Injectable()
export class TraceRepository {
  constructor(
    private readonly transactions: Transactions,
    private readonly stops: StopRepository,
  ) {}

  /** Every row that named the customer, newest execution first; rows that were dropped before the audience too. */
  async trace(traced: Traced, { after, limit }: TracePage): Promise<PlacedEntry[]> {
    const start = (after ?? beginning).split(' ') as Start;
    const rows = await this.rows(traced, start, limit);
    const refused = await this.refused(traced, start, limit);
    const page = [...rows, ...refused].sort(newestFirst).slice(0, limit);
    const found = page.flatMap((row) => ('seq' in row ? [row] : []));
    const deliveries = await this.deliveries(found);
    const against = await this.against(found);
    return page.map((row) => {
      const position = `${row.key} ${row.place}`;
      if (!('seq' in row)) return { ...toEntry(row), position };
      const { seq, key: _key, place: _place, ...entry } = row;
      return {
        ...entry,
        position,
        against: row.endState === null ? (against.get(row.executionId) ?? null) : null,
        deliveries: deliveries.get(`${row.executionId} ${seq}`) ?? [],
      };
    });
  }

  /** Each execution is asked for the customer by its index: there are many executions and few rows. */
  private rows({ projectId, connectionId, customerId }: Traced, start: Start, limit: number): Promise<Found[]> {
    return query(
      this.transactions.pool,
      `SELECT e.id AS "executionId", e.kind, e.connection_id AS "connectionId",
         CASE WHEN e.kind <> 'DIRECT' THEN e.optimove_campaign_id END AS "optimoveCampaignId",
         CASE WHEN e.kind = 'DIRECT' THEN e.optimove_campaign_id END AS "directCampaignId", named.seq,
         CASE WHEN e.kind <> 'DIRECT' THEN named.optimove_template_id END AS "optimoveTemplateId",
         e.run_date::text AS "runDate", e.announced_at AS "announcedAt", e.frozen_at AS "frozenAt",
         greatest(named.due_at, (SELECT c.due_at FROM execution_chunk c WHERE c.execution_id = e.id AND named.end_state IS NULL
           AND named.seq BETWEEN c.from_seq AND c.to_seq AND c.state = 'PENDING')) AS "dueAt", named.profile_id AS "profileId", named.end_state AS "endState", named.reason,
         named.ended_at AS "endedAt", named.held_until AS "heldUntil", named.opened_at AS "openedAt", named.clicked_at AS "clickedAt",
         named.unsubscribed_at AS "unsubscribedAt", named.complained_at AS "complainedAt", e.id AS key, named.place::text AS place
       FROM execution e CROSS JOIN LATERAL (
         SELECT seq, seq::bigint AS place, optimove_template_id, due_at, profile_id, end_state, reason, ended_at,
           CASE WHEN end_state IS NULL THEN held_until END AS held_until, opened_at, clicked_at, unsubscribed_at, complained_at
         FROM recipient WHERE execution_id = e.id AND customer_id = $3
         UNION ALL
         SELECT NULL, ${placeOfReject}, optimove_template_id, NULL, NULL, state, reason, NULL, NULL, NULL, NULL, NULL, NULL
         FROM recipient_reject WHERE execution_id = e.id AND customer_id = $3
         OFFSET 0
       ) AS named
       WHERE e.project_id = $1 AND ($2::uuid IS NULL OR e.connection_id = $2 OR e.kind = 'DIRECT')
         AND e.id <= $4 AND (e.id < $4 OR named.place > $5)
       ORDER BY e.id DESC, named.place LIMIT $6`,
      [projectId, connectionId, customerId, ...start, limit],
    );
  }

  /** Triggered calls that led to no execution; what they say is known for three days. */
  private async refused(traced: Traced, start: Start, limit: number): Promise<RefusedCall[]> {
    const naming = await this.callsNaming(traced, start);
    const found: RefusedCall[] = [];
    for (let from = 0; from < naming.length && found.length < limit; from += refusedAtOnce) {
      const calls = await this.calls(naming.slice(from, from + refusedAtOnce));
      found.push(...calls.filter((call) => customerOf(call) === traced.customerId));
    }
    return found;
  }

  /** Refused calls with the customer's ID somewhere in them, newest first: one pass, however many turn out to name others. */
  private async callsNaming({ projectId, connectionId, customerId }: Traced, [before]: Start): Promise<string[]> {
    const rows = await query<{ id: string }>(
      this.transactions.pool,
      `SELECT id FROM callback_journal
       WHERE project_id = $1 AND outcome = 'REFUSED' AND event_type_id = 11 AND stripped_at IS NULL
         AND ($2::uuid IS NULL OR connection_id = $2) AND position(convert_to($3, 'UTF8') IN body) > 0 AND ${keyOfCall} < $4
       ORDER BY ${keyOfCall} DESC`,
      [projectId, connectionId, customerId, before],
    );
    return rows.map(({ id }) => id);
  }

  private calls(ids: string[]): Promise<RefusedCall[]> {
    return query(
      this.transactions.pool,
      `SELECT connection_id AS "connectionId", optimove_campaign_id AS "optimoveCampaignId",
         optimove_template_id AS "optimoveTemplateId", reason, kind, body, received_at AS "receivedAt", ${keyOfCall} AS key, '0' AS place
       FROM callback_journal WHERE id = ANY($1::bigint[]) ORDER BY key DESC`,
      [ids],
    );
  }

  /** What keeps executions in which the customer is at no end from sending; which accounts they use is known to workers only. */
  private async against(rows: Found[]): Promise<Map<string | null, string>> {
    const open = rows.filter(({ endState }) => endState === null);
    const reasons = new Map<string | null, string>();
    for (const executionId of new Set(open.flatMap((row) => row.executionId ?? []))) {
      const found = await this.stops.reasonAgainst(this.transactions.pool, executionId, []);
      if (found) reasons.set(executionId, found.reason);
    }
    return reasons;
  }

  private async deliveries(rows: Found[]): Promise<Map<string, TracedDelivery[]>> {
    const known = rows.filter(({ seq }) => seq !== null);
    const found = await query<TracedDelivery & { executionId: string; seq: number }>(
      this.transactions.pool,
      `SELECT d.execution_id AS "executionId", d.seq, d.medium, d.state, d.reason, d.attempts, d.claimed_at AS "claimedAt",
         d.answered_at AS "answeredAt", d.receipt_status AS "receiptStatus", d.receipt_at AS "receiptAt",
         d.closed_as AS "closedAs", d.closed_by AS "closedBy", d.closed_at AS "closedAt"
       FROM unnest($1::uuid[], $2::int[]) AS k(execution_id, seq)
       CROSS JOIN LATERAL (
         SELECT execution_id, seq, medium, state, reason, attempts, claimed_at, answered_at, receipt_status, receipt_at,
           NULL AS closed_as, NULL AS closed_by, NULL::timestamptz AS closed_at
         FROM delivery WHERE execution_id = k.execution_id AND seq = k.seq
         UNION ALL
         SELECT execution_id, seq, medium, state, reason, attempts, claimed_at, answered_at, NULL, NULL,
           closed_as, closed_by, closed_at
         FROM delivery_past WHERE execution_id = k.execution_id AND seq = k.seq
       ) d ORDER BY d.claimed_at, d.closed_at NULLS LAST`,
      [known.map(({ executionId }) => executionId), known.map(({ seq }) => seq)],
    );
    const byRow = new Map<string, TracedDelivery[]>();
    for (const { executionId, seq, ...delivery } of found) {
      const key = `${executionId} ${seq}`;
      byRow.set(key, [...(byRow.get(key) ?? []), delivery]);
    }
    return byRow;
  }
}

function customerOf({ kind, body }: RefusedCall): string | null {
  const parsed = parseCallback({ kind, body });
  return parsed.ok ? parsed.callback.customerId : null;
}

function newestFirst(one: Placed<object>, other: Placed<object>): number {
  if (one.key !== other.key) return one.key < other.key ? 1 : -1;
  return Number(one.place) - Number(other.place);
}

function toEntry({ kind: _kind, body: _body, key: _key, place: _place, receivedAt, ...call }: RefusedCall): TraceEntry {
  return {
    ...call,
    executionId: null,
    kind: 'REFUSED_CALL',
    directCampaignId: null,
    runDate: null,
    announcedAt: receivedAt,
    frozenAt: null,
    dueAt: null,
    profileId: null,
    endState: null,
    endedAt: null,
    heldUntil: null,
    against: null,
    openedAt: null,
    clickedAt: null,
    unsubscribedAt: null,
    complainedAt: null,
    deliveries: [],
  };
}
