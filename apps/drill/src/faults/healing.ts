import type { Observer } from '../servers/database';
import { claimedSlices } from './claims';
import type { PlacedFault } from './record';

interface Pulse {
  /** Slices that are claimed now. */
  claimed: Set<string>;
  /** When the newest claim was made, in ms since 1970. */
  newest: number | null;
  /** Executions whose people are not all at their end. */
  open: number;
}

const everyMs = 400;

/** Watches until nothing is left of each fault, and writes down when that was. */
export class Healing {
  private isOver = false;
  private readonly watch: Promise<void>;

  constructor(
    private readonly observer: Observer,
    private readonly faults: PlacedFault[],
  ) {
    this.watch = this.run();
  }

  /** Looks a last time and ends. */
  async stop(): Promise<void> {
    this.isOver = true;
    await this.watch;
    await this.look();
  }

  private async run(): Promise<void> {
    while (!this.isOver) {
      await this.look();
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  private async look(): Promise<void> {
    const sick = this.faults.filter(({ endedAt, healedAt }) => endedAt !== null && healedAt === null);
    if (sick.length === 0) return;
    const pulse = await this.pulse();
    const states = await this.statesOf(sick.flatMap(({ campaignId }) => campaignId ?? []));
    for (const fault of sick) if (isHealed(fault, pulse, states)) fault.healedAt = Date.now();
  }

  private async pulse(): Promise<Pulse> {
    const slices = await claimedSlices(this.observer);
    const [pulse] = await this.observer.ask<{ newest: number | null; open: number }>(
      `SELECT (extract(epoch FROM max(d.claimed_at)) * 1000)::float8 AS newest,
         (SELECT count(*)::int FROM execution o WHERE o.state IN ('ANNOUNCED', 'READING')
            OR EXISTS (SELECT 1 FROM execution_chunk c WHERE c.execution_id = o.id AND c.state = 'PENDING')) AS open
       FROM execution e LEFT JOIN delivery d ON d.execution_id = e.id
       WHERE e.state = 'RUNNING'`,
    );
    return { newest: null, open: 0, ...pulse, claimed: new Set(slices.map(({ key }) => key)) };
  }

  private async statesOf(campaignIds: string[]): Promise<Map<string, string>> {
    const rows = await this.observer.ask<{ id: string; state: string }>(
      'SELECT optimove_campaign_id AS id, state FROM execution WHERE optimove_campaign_id = ANY($1::text[])',
      [campaignIds],
    );
    return new Map(rows.map(({ id, state }) => [id, state]));
  }
}

/** What the fault hit has its answer, new hand-overs were begun since, and the campaign told badly is known. */
function isHealed(fault: PlacedFault, { claimed, newest, open }: Pulse, states: Map<string, string>): boolean {
  const state = fault.campaignId === null ? null : states.get(fault.campaignId);
  if (state === undefined) return false;
  if (fault.kind === 'callbacks-reordered') return state === 'CANCELLED';
  if (fault.kind.startsWith('callbacks')) return true;
  const isSettled = !fault.slices.some((key) => claimed.has(key));
  const isAtWork = open === 0 || (newest !== null && newest > (fault.endedAt ?? fault.placedAt));
  return isSettled && isAtWork;
}
