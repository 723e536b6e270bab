import { setTimeout as pause } from 'node:timers/promises';
import type { Announcing, OptimoveSide } from '../optimove/callbacks';
import type { FaultKind, PlannedFault } from '../plan/fault';
import type { World } from '../servers/world';
import type { SinkMode } from '../sink/modes';
import { type ClaimedSlice, claimedSlices, claimsIn, openBetween } from './claims';
import { Holders } from './holders';
import { type PlacedFault, placed } from './record';

/** Long enough for the last statement of a killed or frozen worker to be over. */
const stillMs = 150;
const sinkModes: Partial<Record<FaultKind, SinkMode>> = {
  'provider-5xx': '5xx',
  'provider-429': '429',
  'provider-hangs': 'hang',
  'provider-cuts-before': 'cut-before',
  'provider-cuts-after': 'cut-after',
};
const announcings: Partial<Record<FaultKind, Announcing>> = {
  'callbacks-repeated': 'repeated',
  'callbacks-reordered': 'cancelled-first',
  'callbacks-forgotten': 'forgotten',
};

/** Breaks things and puts them back. */
export class FaultInjector {
  /** Slices that a fault hit while they were claimed: only their people may end in doubt. */
  readonly hitSlices = new Set<string>();
  readonly holders: Holders;
  private readonly repairs = new Set<Promise<void>>();

  constructor(
    private readonly world: World,
    private readonly optimove: OptimoveSide,
    private readonly peopleOf: () => number,
  ) {
    this.holders = new Holders(world.workers.length);
  }

  /** The workers that a fault hits. */
  victimsOf({ kind, worker }: PlannedFault): number[] {
    if (kind === 'workers-killed') return this.world.workers.map((_, index) => index);
    return kind === 'worker-killed' || kind === 'worker-frozen' ? [worker] : [];
  }

  /** What the workers hold now. */
  async held(workers: number[]): Promise<ClaimedSlice[]> {
    const slices = await claimedSlices(this.world.observer);
    const own = workers.flatMap((worker) => this.holders.slicesOf(worker, slices));
    return [...new Map(own.map((slice) => [slice.key, slice])).values()];
  }

  /** Places the fault. It is put back in its own time, except when PostgreSQL is away, which is waited for. */
  async place(fault: PlannedFault): Promise<PlacedFault> {
    const record = placed(fault);
    const announcing = announcings[fault.kind];
    if (announcing) {
      record.campaignId = (await this.optimove.execute(this.peopleOf(), announcing)).id;
      record.endedAt = Date.now();
    } else if (sinkModes[fault.kind]) await this.spoil(record, sinkModes[fault.kind] ?? 'answer');
    else if (fault.kind.startsWith('worker')) await this.hitWorkers(record);
    else if (fault.kind === 'api-killed') await this.killApi(record);
    else if (fault.kind.startsWith('postgres')) await this.restartPostgres(record);
    else await this.hitRedis(record);
    return record;
  }

  /** Resolves when everything that was broken is back. */
  async allBack(): Promise<void> {
    while (this.repairs.size > 0) await Promise.all(this.repairs);
    await this.order('answer', 0);
  }

  private async hitWorkers(record: PlacedFault): Promise<void> {
    const victims = this.victimsOf(record);
    const isFreeze = record.kind === 'worker-frozen';
    if (isFreeze) for (const victim of victims) this.world.workers[victim]?.freeze();
    else await Promise.all(victims.map((victim) => this.world.workers[victim]?.kill()));
    await pause(stillMs);
    const slices = await this.held(victims);
    this.hit(record, slices);
    if (isFreeze) return this.repair(record, async () => this.thaw(victims));
    for (const victim of victims) this.holders.ended(victim, slices);
    this.repair(record, async () => {
      for (const victim of victims) await this.world.workers[victim]?.keepStarting();
    });
  }

  private thaw(victims: number[]): void {
    for (const victim of victims) this.world.workers[victim]?.thaw();
  }

  /** While Optimove is calling. */
  private async killApi(record: PlacedFault): Promise<void> {
    const announced = this.optimove.execute(this.peopleOf(), 'usual');
    await pause(record.number % 5);
    await this.world.api.kill();
    this.repair(record, () => this.world.api.keepStarting());
    record.campaignId = (await announced).id;
  }

  private async restartPostgres(record: PlacedFault): Promise<void> {
    const down = this.world.postgres.restart(
      record.lastsMs,
      record.kind === 'postgres-immediate' ? 'immediate' : 'fast',
    );
    await down;
    record.endedAt = Date.now();
    this.hit(record, await openBetween(this.world.observer, record.placedAt, record.endedAt));
  }

  private async hitRedis(record: PlacedFault): Promise<void> {
    const { redis } = this.world;
    if (!redis) throw new Error('There is no Redis to hit: choose --backend redis');
    if (record.kind === 'redis-killed') await redis.restart(record.lastsMs);
    else await redis.wipe();
    record.endedAt = Date.now();
  }

  private async spoil(record: PlacedFault, mode: SinkMode): Promise<void> {
    await this.order(mode, record.requests);
    record.endedAt = Date.now();
  }

  private async order(mode: SinkMode, requests: number): Promise<void> {
    await fetch(`${this.world.sinkUrl}/mode`, { method: 'POST', body: JSON.stringify({ mode, requests }) });
  }

  private hit(record: PlacedFault, slices: ClaimedSlice[]): void {
    for (const { key } of slices) this.hitSlices.add(key);
    record.claims = claimsIn(slices);
    record.slices = slices.length;
  }

  private repair(record: PlacedFault, work: () => Promise<void>): void {
    const repaired = pause(record.lastsMs)
      .then(work)
      .then(() => {
        record.endedAt = Date.now();
        this.repairs.delete(repaired);
      });
    this.repairs.add(repaired);
  }
}
