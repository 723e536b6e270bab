import type { ExecutedCampaign } from '../optimove/callbacks';
import type { Observer } from '../servers/database';
import type { SinkReport } from './sink-log';

/** What the ledger says, held against what the sink has. */
export interface LedgerReport {
  executions: number;
  recipients: number;
  accepted: number;
  /** Accepted in the ledger, unknown at the sink. */
  acceptedButNotThere: string[];
  /** At the sink, and neither accepted nor in doubt in the ledger. */
  thereButDenied: string[];
  uncertain: number;
  /** In doubt although no fault hit the slice and the provider left nothing open. */
  unexplained: string[];
}

interface Row {
  id: string;
  slice: string;
  state: string;
}

/** Goes through the deliveries, one execution after the other. */
export async function readLedger(
  observer: Observer,
  sink: SinkReport,
  hitSlices: ReadonlySet<string>,
): Promise<LedgerReport> {
  const report = emptyReport();
  const left = new Set(sink.stored);
  const executions = await observer.ask<{ id: string; recipients: number }>(
    'SELECT id, (SELECT count(*)::int FROM recipient r WHERE r.execution_id = e.id) AS recipients FROM execution e',
  );
  for (const { id, recipients } of executions) {
    report.executions += 1;
    report.recipients += recipients;
    for (const row of await deliveriesOf(observer, id)) take(report, row, { sink, hitSlices, left });
  }
  report.thereButDenied.push(...left);
  return report;
}

function take(
  report: LedgerReport,
  { id, slice, state }: Row,
  { sink, hitSlices, left }: { sink: SinkReport; hitSlices: ReadonlySet<string>; left: Set<string> },
): void {
  if (state === 'ACCEPTED') {
    report.accepted += 1;
    if (!sink.stored.has(id)) report.acceptedButNotThere.push(id);
  }
  if (state === 'UNCERTAIN') {
    report.uncertain += 1;
    if (!hitSlices.has(slice) && !sink.doubted.has(id)) report.unexplained.push(id);
  }
  if (state === 'ACCEPTED' || state === 'UNCERTAIN') left.delete(id);
}

function deliveriesOf(observer: Observer, executionId: string): Promise<Row[]> {
  return observer.ask<Row>(
    `SELECT d.execution_id || '.' || d.seq || '.P.' || d.address_key AS id, d.execution_id || ' ' || d.claimed_at AS slice, d.state
     FROM delivery d WHERE d.execution_id = $1`,
    [executionId],
  );
}

function emptyReport(): LedgerReport {
  return {
    executions: 0,
    recipients: 0,
    accepted: 0,
    acceptedButNotThere: [],
    thereButDenied: [],
    uncertain: 0,
    unexplained: [],
  };
}

/** Campaigns of Optimove that have no execution, one that did not come to its end, or none of their announced triggers. */
export async function missingExecutions(observer: Observer, campaigns: ExecutedCampaign[]): Promise<string[]> {
  const rows = await observer.ask<{ id: string; state: string; reason: string | null }>(
    'SELECT optimove_campaign_id AS id, state, reason FROM execution',
  );
  const states = new Map(rows.map(({ id, state, reason }) => [id, { state, reason }]));
  return campaigns.flatMap(({ id, announcing }) => {
    const found = states.get(id);
    if (!found) return [`campaign ${id} (${announcing}) has no execution`];
    const wanted = announcing === 'cancelled-first' ? 'CANCELLED' : 'COMPLETED';
    return found.state === wanted ? [] : [`campaign ${id} (${announcing}) is ${found.state}: ${found.reason ?? ''}`];
  });
}

/** Triggers that were answered 200 and have no recipient. */
export async function missingTriggers(observer: Observer, answered: Map<string, Set<string>>): Promise<string[]> {
  const missing: string[] = [];
  for (const [campaignId, customers] of answered) {
    const rows = await observer.ask<{ id: string }>(
      `SELECT r.customer_id AS id FROM execution e JOIN recipient r ON r.execution_id = e.id
       WHERE e.optimove_campaign_id = $1`,
      [campaignId],
    );
    const known = new Set(rows.map(({ id }) => id));
    missing.push(...[...customers].filter((id) => !known.has(id)).map((id) => `trigger ${campaignId} of ${id}`));
  }
  return missing;
}

/** How many still have no end, including triggers that nobody has read yet. */
export async function countOpen(observer: Observer): Promise<number> {
  const [row] = await observer.ask<{ count: number }>(
    `SELECT (SELECT count(*) FROM recipient WHERE end_state IS NULL)::int
       + (SELECT count(*) FROM callback_waiting)::int AS count`,
  );
  return row?.count ?? 0;
}
