import { setTimeout as pause } from 'node:timers/promises';
import type { Announcing, OptimoveSide } from '../optimove/callbacks';
import type { FaultKind, PlannedFault } from '../plan/fault';
import type { World } from '../servers/world';
import type { SinkMode } from '../sink/modes';
import { type ClaimedSlice, claimedSlices, claimsIn, type Freeze, openBetween } from './claims';
import { Holders } from './holders';
import { type PlacedFault, placed } from './record';

/** Long enough for the last statement of a killed or frozen worker to be over. */
const stillMs = 150;
const tellApartMs = 5_000;
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
  readonly freezes: Freeze[] = [];
  readonly holders: Holders;
  /** Processes that ended without having been killed. */
  endedByThemselves = 0;
  private readonly repairs = new Set<Promise<void>>();

  constructor(
    private readonly world: World,
    private readonly optimove: OptimoveSide,
    private readonly peopleOf: () => number,
  ) {
    this.holders = new Holders(world.workers.length);
    world.workers.forEach((worker, index) => {
      worker.onEndedByItself = () => this.endedByItself(index);
    });
    world.api.onEndedByItself = () => this.endedByItself(null);
  }

  /** Starts a worker; it may take a claim before it says that it is ready. */
  startWorker(worker: number): Promise<void> {
    this.holders.started(worker);
    return this.world.workers[worker]?.keepStarting() ?? Promise.resolve();
  }

  /** Whatever supervises processes starts one again that ended by itself; the verdict hears of it. */
  private endedByItself(worker: number | null): void {
    this.endedByThemselves += 1;
    if (worker !== null) this.holders.ended(worker, []);
    this.wait(worker === null ? this.world.api.keepStarting() : this.startWorker(worker));
  }

  private wait(work: Promise<void>): void {
    const over = work.finally(() => this.repairs.delete(over));
    this.repairs.add(over);
  }

  /** The workers that a fault hits. */
  victimsOf({ kind, worker }: PlannedFault): number[] {
    if (kind === 'workers-killed') return this.world.workers.map((_, index) => index);
    return kind === 'worker-killed' || kind === 'worker-frozen' ? [worker] : [];
  }

  /** What the workers hold now; what an earlier fault tore out of a worker's hands is nobody's. */
  async held(workers: number[]): Promise<ClaimedSlice[]> {
    const slices = (await claimedSlices(this.world.observer)).filter(({ key }) => !this.hitSlices.has(key));
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
    else await this.hitQueue(record);
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
    if (isFreeze) return this.untilThaw(record, victims);
    for (const victim of victims) this.holders.ended(victim, slices);
    this.repair(record, async () => {
      for (const victim of victims) {
        await this.startWorker(victim);
        if (victims.length > 1) await this.untilKnown(victim);
      }
    });
  }

  private async untilThaw(record: PlacedFault, victims: number[]): Promise<void> {
    const claimed = new Set((await claimedSlices(this.world.observer)).map(({ key }) => key));
    this.freezes.push({ at: Date.now(), claimed });
    this.repair(record, async () => this.thaw(victims));
  }

  /** Two new lives at once could not be told apart. */
  private async untilKnown(worker: number): Promise<void> {
    const giveUpAt = Date.now() + tellApartMs;
    while (!this.holders.knows(worker) && Date.now() < giveUpAt) await pause(50);
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

  /** What waits in the queues is gone; the rows it stands for are not. */
  private async hitQueue(record: PlacedFault): Promise<void> {
    const { redis, observer } = this.world;
    if (!redis) await observer.ask('TRUNCATE queue.job, queue.event, queue.dedup, queue.meta CASCADE');
    else if (record.kind === 'redis-killed') await redis.restart(record.lastsMs);
    else await redis.wipe();
    record.endedAt = Date.now();
  }

  private async spoil(record: PlacedFault, mode: SinkMode): Promise<void> {
    const slices = await this.held(this.world.workers.map((_, index) => index));
    record.claims = claimsIn(slices);
    record.slices = slices.map(({ key }) => key);
    await this.order(mode, record.requests);
    record.endedAt = Date.now();
  }

  private async order(mode: SinkMode, requests: number): Promise<void> {
    await fetch(`${this.world.sinkUrl}/mode`, { method: 'POST', body: JSON.stringify({ mode, requests }) });
  }

  private hit(record: PlacedFault, slices: ClaimedSlice[]): void {
    for (const { key } of slices) this.hitSlices.add(key);
    record.claims = claimsIn(slices);
    record.slices = slices.map(({ key }) => key);
  }

  private repair(record: PlacedFault, work: () => Promise<void>): void {
    this.wait(
      pause(record.lastsMs)
        .then(work)
        .then(() => {
          record.endedAt = Date.now();
        }),
    );
  }
}
