import { systemClock } from '@libs/foundation';
import { Log, Outbox, Transactions, type Tx } from '@libs/platform';
import { type FrozenSegment, ProfilesService } from '@modules/profiles';
import { SuppressionService } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { Versions } from '../authoring/versions';
import { nextOccurrence } from '../domain/direct/schedule';
import { letGoOn, queueChunks } from '../execution/queue-chunks';
import { DirectCampaignRepository } from '../persistence/direct/direct-campaign.repository';
import { AudienceRepository } from '../persistence/ledger/audience.repository';
import {
  DirectExecutionRepository,
  directTemplate,
  type OpenDirect,
} from '../persistence/ledger/direct-execution.repository';
import { StopRepository } from '../persistence/ledger/stop.repository';
import { startDirectJob } from './direct.job';

const chunkSize = 1000;

/** Brings Direct campaigns on their way: at their time, and never while the data of exclusion rules cannot be relied on. */
@Injectable()
export class StartDirect {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly campaigns: DirectCampaignRepository,
    private readonly executions: DirectExecutionRepository,
    private readonly audience: AudienceRepository,
    private readonly versions: Versions,
    private readonly profiles: ProfilesService,
    private readonly suppression: SuppressionService,
    private readonly stops: StopRepository,
    private readonly log: Log,
  ) {}

  /** Makes the executions of campaigns whose time has come. Of times that passed while nobody looked, one goes out. */
  announceDue(limit: number): Promise<void> {
    return this.transactions.run(async (tx) => {
      for (const campaign of await this.campaigns.takeDue(tx, limit)) {
        const executionId = await this.executions.insert(tx, campaign);
        const schedule = campaign.launchedSchedule;
        await this.campaigns.setNext(tx, campaign.id, schedule && nextOccurrence(schedule, systemClock.now()));
        if (!executionId) continue;
        await this.outbox.enqueue(tx, startDirectJob, { executionId });
        this.log.event('direct.announced', { campaignId: campaign.id, executionId });
      }
    });
  }

  /** Freezes the audience of an execution and queues its chunks, or holds it. Does nothing when that was done before. */
  async start(executionId: string): Promise<void> {
    const chunks = await this.transactions.run(async (tx) => {
      const execution = await this.executions.lockUnstarted(tx, executionId);
      if (!execution) return null;
      const { projectId } = execution;
      const holdReason = await this.holdReason(tx, projectId, executionId);
      if (holdReason) return this.holdNow(tx, { id: executionId, holdReason });
      await this.audience.preparePartitions(tx, [executionId]);
      const frozen = await this.executions.freeze(tx, execution, {
        audience: await this.profiles.audience(projectId, {
          segment: await this.segmentOf(tx, executionId),
          isZoned: execution.isInOwnTimeZone,
        }),
        chunkSize,
      });
      await queueChunks(this.outbox, tx, { executionId, chunks: frozen });
      return frozen.length;
    });
    if (chunks !== null) this.log.event('execution.frozen', { executionId, chunks });
  }

  /** Holds what may not go on, lets go of what may again, and starts what waits without a job. */
  async watch(limit: number): Promise<void> {
    const { pool } = this.transactions;
    let afterId: string | null = null;
    do afterId = await this.watchPage({ afterId, limit });
    while (afterId !== null);
    const waiting = await this.executions.waiting(pool, limit);
    const jobs = waiting.map((executionId) => ({ executionId }));
    await this.transactions.run((tx) => this.outbox.enqueueMany(tx, startDirectJob, jobs));
  }

  /** @returns after which one the next page begins; null when there is none. */
  private async watchPage(page: { afterId: string | null; limit: number }): Promise<string | null> {
    const { pool } = this.transactions;
    const all = await this.executions.open(pool, page);
    for (const open of all) {
      const holdReason = await this.holdReason(pool, open.projectId, open.id);
      if (holdReason !== open.holdReason) await this.transactions.run((tx) => this.settle(tx, open, holdReason));
    }
    return all.length < page.limit ? null : (all.at(-1)?.id ?? null);
  }

  private async settle(tx: Tx, { id, state }: OpenDirect, holdReason: string | null): Promise<void> {
    if (holdReason) return void (await this.holdNow(tx, { id, holdReason }));
    if (!(await this.executions.hold(tx, id, null))) return;
    this.log.event('direct.released', { executionId: id });
    if (state === 'RUNNING') await letGoOn({ outbox: this.outbox, stops: this.stops }, tx, id);
  }

  private async holdNow(tx: Tx, { id, holdReason }: { id: string; holdReason: string }): Promise<null> {
    if (await this.executions.hold(tx, id, holdReason)) {
      this.log.event('direct.held', { executionId: id, reason: holdReason }, 'warn');
    }
    return null;
  }

  private async holdReason(tx: Tx, projectId: string, executionId: string): Promise<string | null> {
    return (await this.suppression.standing(tx, projectId, { kind: 'DIRECT', executionId })).holdReason;
  }

  private async segmentOf(tx: Tx, executionId: string): Promise<FrozenSegment | null> {
    const versionId = (await this.audience.templates(tx, executionId)).get(directTemplate);
    return versionId ? (await this.versions.get(tx, versionId)).segment : null;
  }
}
