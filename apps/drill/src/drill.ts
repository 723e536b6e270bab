import { setTimeout as pause } from 'node:timers/promises';
import type { Freeze } from './faults/claims';
import { Healing } from './faults/healing';
import { FaultInjector } from './faults/inject';
import type { PlacedFault } from './faults/record';
import { type ExecutedCampaign, OptimoveSide } from './optimove/callbacks';
import { DirectSide } from './optimove/direct';
import type { Stage } from './optimove/stage';
import type { PlannedFault } from './plan/fault';
import { between, randomFrom } from './plan/random';
import type { World } from './servers/world';

/** What a drill left behind. */
export interface Drilled {
  faults: PlacedFault[];
  /** Scheduled campaigns of Optimove, and Direct ones. */
  campaigns: ExecutedCampaign[];
  /** Customers whose trigger was answered 200, by campaign. */
  triggered: OptimoveSide['triggered'];
  hitSlices: Set<string>;
  freezes: Freeze[];
  endedByThemselves: number;
}

/** Of the most people of a list. */
const fewestShare = 0.2;
const triggerEveryMs = 700;
const customersPerTrigger = 10;
/** So many executions may wait for a dead worker's lease before a new one has to wait too. */
const mostUnfinished = 10;
const newExecutionEveryMs = 1_500;
const directEvery = 5;

/** Places the faults of a plan while executions follow each other. */
export class Drill {
  private readonly faults: PlacedFault[] = [];
  private readonly optimove: OptimoveSide;
  private readonly direct: DirectSide;
  private readonly injector: FaultInjector;
  private readonly peopleOf: () => number;
  private readonly healing: Healing;
  private lastStartedAt = 0;
  private started = 0;

  constructor(
    private readonly world: World,
    private readonly stage: Stage,
    private readonly options: { seed: number; say: (fault: PlacedFault) => void },
  ) {
    const random = randomFrom(options.seed + 1);
    const { mostPeople } = stage;
    this.peopleOf = () => between(random, Math.ceil(mostPeople * fewestShare), mostPeople);
    this.optimove = new OptimoveSide(world, stage);
    this.direct = new DirectSide(world);
    this.injector = new FaultInjector(world, this.optimove, this.peopleOf);
    this.healing = new Healing(world.observer, this.faults);
  }

  /** Works the plan off, at most until the deadline; resolves when everything that was broken is back. */
  async run(plan: PlannedFault[], deadline: number): Promise<Drilled> {
    const triggers = setInterval(() => void this.trigger(), triggerEveryMs);
    try {
      await this.startWorkers();
      for (const fault of plan) {
        if (Date.now() > deadline) break;
        await pause(fault.pauseMs);
        await this.untilReady(fault);
        const record = await this.injector.place(fault);
        this.faults.push(record);
        this.options.say(record);
      }
      await this.injector.allBack();
    } finally {
      clearInterval(triggers);
    }
    const { hitSlices, freezes, endedByThemselves } = this.injector;
    const { triggered } = this.optimove;
    const campaigns = [...this.optimove.campaigns, ...this.direct.campaigns];
    return { faults: this.faults, campaigns, triggered, hitSlices, freezes, endedByThemselves };
  }

  /** One after the other, each when the one before it holds claims: so that claims can be told apart. */
  private async startWorkers(): Promise<void> {
    for (const index of this.world.workers.keys()) {
      await this.injector.startWorker(index);
      while (!this.injector.holders.knows(index)) {
        await this.injector.held([index]);
        await this.keepBusy();
        await pause(50);
      }
    }
  }

  /** Ends the watch over the faults. */
  async close(): Promise<void> {
    await this.healing.stop();
  }

  private async trigger(): Promise<void> {
    await this.optimove.trigger(customersPerTrigger, this.stage.mostPeople).catch(() => undefined);
  }

  /** A fault falls into hand-overs: waits until its workers, or any, hold claims; the api must be up to be told or killed. */
  private async untilReady(fault: PlannedFault): Promise<void> {
    const victims = this.injector.victimsOf(fault);
    const anybody = this.world.workers.map((_, index) => index);
    for (;;) {
      const isUp = this.world.api.isReady && victims.every((victim) => this.world.workers[victim]?.isReady);
      const slices = isUp ? await this.injector.held(victims.length > 0 ? victims : anybody) : [];
      if (slices.length > 0) return;
      if (this.world.api.isReady) await this.keepBusy();
      await pause(50);
    }
  }

  private async keepBusy(): Promise<void> {
    if (Date.now() - this.lastStartedAt < newExecutionEveryMs) return;
    const [row] = await this.world.observer.ask<{ count: number }>(
      `SELECT count(*)::int AS count FROM execution WHERE state IN ('ANNOUNCED', 'READING', 'RUNNING')`,
    );
    if ((row?.count ?? 0) >= mostUnfinished) return;
    this.lastStartedAt = Date.now();
    this.started += 1;
    if (this.started % directEvery === 0) await this.direct.launch().catch(() => undefined);
    else await this.optimove.execute(this.peopleOf(), 'usual');
  }
}
