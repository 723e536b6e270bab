import { Leases, Log, Outbox, Transactions } from '@libs/platform';
import { ProjectsService, Tasks } from '@modules/projects';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AttributeRepository } from '../persistence/attribute.repository';
import { FeedRepository } from '../persistence/feed.repository';
import { GuardDecisionRepository } from '../persistence/guard-decision.repository';
import { MergeRepository } from '../persistence/merge.repository';
import { SyncRunRepository } from '../persistence/sync-run.repository';
import { SuppressionConfig } from '../suppression.config';
import { CheckDataDate } from '../sync/check-data-date';
import { ForgetValues } from '../sync/forget-values';
import { lateDetail } from '../sync/late-detail';
import { connectionGone } from './suppression.handlers';
import { syncAttributeJob } from './suppression.jobs';

const openRunsEveryMs = 10_000;
const connectionsEveryMs = 30_000;
const lateEveryMs = 300_000;
const caughtUpEveryMs = 120_000;
const proofsEveryMs = 3_600_000;

/** The clocks of suppression. */
@Injectable()
export class SuppressionClocks implements OnApplicationBootstrap {
  constructor(
    private readonly config: SuppressionConfig,
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly projects: ProjectsService,
    private readonly tasks: Tasks,
    private readonly attributes: AttributeRepository,
    private readonly feeds: FeedRepository,
    private readonly runs: SyncRunRepository,
    private readonly decisions: GuardDecisionRepository,
    private readonly merges: MergeRepository,
    private readonly check: CheckDataDate,
    private readonly forgetValues: ForgetValues,
    private readonly log: Log,
  ) {}

  /** The gate must never find its proof without a place: not even after months of standstill. */
  onApplicationBootstrap(): Promise<void> {
    return this.decisions.preparePartitions(this.transactions.pool);
  }

  /** Asks Optimove for its data date, in case no event tells. */
  @Interval(10_000)
  async dataDates(): Promise<void> {
    const everyMs = this.config.DATA_DATE_SECONDS * 1_000;
    await this.leases.runWhenDue({ name: 'suppression.data-dates', everyMs, leaseMs: 60_000 }, async () => {
      const connections = await this.feeds.connections(this.transactions.pool);
      await this.transactions.run(async (tx) => {
        for (const { projectId, connectionId } of connections) {
          await this.check.request(tx, { id: connectionId, projectId });
        }
      });
    });
  }

  /** What became of connections counts though the job that was to tell of it is gone. */
  @Interval(connectionsEveryMs)
  async connections(): Promise<void> {
    const tick = { name: 'suppression.connections', everyMs: connectionsEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, async () => {
      await this.attributes.stopOfDeleted(this.transactions.pool, connectionGone);
      await this.forgetValues.ofChanged();
    });
  }

  /** Takes up runs that wait for their next try or whose worker is gone. */
  @Interval(openRunsEveryMs)
  async openRuns(): Promise<void> {
    const tick = { name: 'suppression.open-runs', everyMs: openRunsEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, async () => {
      await this.transactions.run(async (tx) => {
        const detail = 'The upload broke off; load the file again';
        for (const taskId of await this.runs.failAbandoned(tx, detail)) {
          await this.tasks.finish(tx, taskId, 'FAILED', detail);
        }
        const at = String(Date.now());
        const jobs = (await this.runs.open(tx)).map((runId) => ({ runId, at }));
        await this.outbox.enqueueMany(tx, syncAttributeJob, jobs);
      });
    });
  }

  /** Raises the alarm where the data of the day have not come by the alarm hour, or will not come any more. */
  @Interval(60_000)
  async late(): Promise<void> {
    await this.leases.runWhenDue({ name: 'suppression.late', everyMs: lateEveryMs, leaseMs: 60_000 }, async () => {
      for (const feed of await this.feeds.awaited(this.transactions.pool)) await this.alarm(feed);
    });
  }

  /** Campaign lists may have made good a day that was missed. */
  @Interval(30_000)
  async caughtUp(): Promise<void> {
    const tick = { name: 'suppression.caught-up', everyMs: caughtUpEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, async () => {
      const found = await this.attributes.noteCaughtUp(this.transactions.pool);
      for (const { name, connectionId } of found) this.log.event('suppression.caught-up', { name, connectionId });
    });
  }

  /** Makes room for proofs ahead of time and drops those that need not be kept any longer. */
  @Interval(60_000)
  async proofs(): Promise<void> {
    const tick = { name: 'suppression.proofs', everyMs: proofsEveryMs, leaseMs: 300_000 };
    await this.leases.runWhenDue(tick, async () => {
      await this.decisions.preparePartitions(this.transactions.pool);
      const dropped = await this.decisions.dropOldest(this.transactions.pool, this.config.GUARD_PROOF_MONTHS);
      await this.merges.forget(this.transactions.pool, this.config.GUARD_PROOF_MONTHS);
      if (dropped) this.log.event('suppression.proofs-dropped', { partition: dropped });
    });
  }

  private async alarm(feed: { projectId: string; connectionId: string }): Promise<void> {
    const { timeZone } = await this.projects.get(feed.projectId);
    const alarmHour = this.config.SUPPRESSION_ALARM_HOUR;
    await this.transactions.run(async (tx) => {
      const late = await this.feeds.takeLate(tx, feed, { timeZone, alarmHour });
      if (late.length === 0) return;
      const taskId = await this.tasks.start(tx, {
        ...feed,
        kind: 'suppression.late',
        title: 'Suppression attributes without the data of the day',
        triggeredBy: 'clock',
      });
      await this.tasks.finish(tx, taskId, 'FAILED', lateDetail(late, alarmHour));
      this.log.event('suppression.late', { connectionId: feed.connectionId, attributes: late.length }, 'warn');
    });
  }
}
