import { execute, Leases, Log, Outbox, query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { CancelExecution } from '../execution/cancel-execution';
import { CompleteExecution } from '../execution/complete-execution';
import { ForgetOld } from '../execution/forget-old';
import { MatchSamePeople } from '../execution/match-same-people';
import { ChunkRepository } from '../persistence/ledger/chunk.repository';
import { ExecutionRepository } from '../persistence/ledger/execution.repository';
import { TriggeredRepository } from '../persistence/ledger/triggered.repository';
import { chunkJobOf, drainTriggeredJob, readRecipientsJob } from './execution.jobs';

const sweepEveryMs = 5_000;
const partitionsEveryMs = 3_600_000;
const retentionEveryMs = 3_600_000;
const daysAhead = 3;
const idleSeconds = 45;
/** How often at most the sweep has a list read that nobody reads. */
const readAnewMs = 30_000;
const neglectedSeconds = 5;
const batch = 500;
/** A runaway trigger that was cancelled may have had hundreds of thousands waiting. */
const mostRefused = 5_000;

/** The clocks of executions: they look at rows in PostgreSQL, never at queues, and re-add what is due. */
@Injectable()
export class ExecutionClocks {
  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly executions: ExecutionRepository,
    private readonly chunks: ChunkRepository,
    private readonly completion: CompleteExecution,
    private readonly cancellation: CancelExecution,
    private readonly triggered: TriggeredRepository,
    private readonly forgetOld: ForgetOld,
    private readonly samePeople: MatchSamePeople,
    private readonly log: Log,
  ) {}

  /** Finds work whose job is gone: unread executions, stranded chunks, finished executions nobody completed. */
  @Interval(sweepEveryMs)
  async sweep(): Promise<void> {
    const tick = { name: 'campaigns.sweep-executions', everyMs: sweepEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, async () => {
      await this.transactions.run(async (tx) => {
        const turn = Math.floor(Date.now() / readAnewMs);
        const jobs = (await this.executions.unread(tx, idleSeconds, batch)).map(({ id, reading }) => ({
          executionId: id,
          at: `${reading}-${turn}`,
        }));
        await this.outbox.enqueueMany(tx, readRecipientsJob, jobs);
        const waiting = await this.triggered.neglected(tx, neglectedSeconds);
        await this.outbox.enqueueMany(
          tx,
          drainTriggeredJob,
          waiting.map((executionId) => ({ executionId })),
        );
        await this.triggered.close(tx);
        const stranded = await this.chunks.stranded(tx, batch);
        for (const kind of ['TRIGGERED', 'SCHEDULED', 'DIRECT'] as const) {
          const jobs = stranded.filter((chunk) => chunk.kind === kind).map(({ kind: _kind, ...job }) => job);
          await this.outbox.enqueueMany(tx, chunkJobOf(kind), jobs);
        }
      });
      await this.cancellation.run(batch);
      for (const executionId of await this.finished()) await this.complete(executionId);
      await this.triggered.refuseLate(this.transactions.pool, mostRefused);
    });
  }

  /** An execution whose sums do not agree stays visible and keeps no other one waiting. */
  private async complete(executionId: string): Promise<void> {
    try {
      await this.completion.tryComplete(executionId);
    } catch (error) {
      this.log.failure('execution.not-completed', error, { executionId });
    }
  }

  /** Creates the ledger's partitions ahead of time. */
  @Interval(60_000)
  async partitions(): Promise<void> {
    const tick = { name: 'campaigns.ledger-partitions', everyMs: partitionsEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, async () => {
      for (let day = 0; day <= daysAhead; day += 1) {
        await execute(this.transactions.pool, `SELECT ensure_ledger_partitions(now() + $1 * interval '1 day')`, [day]);
      }
    });
  }

  /** Remembers customers whom another one of their list stood in for. */
  @Interval(1_000)
  async rememberSamePeople(): Promise<void> {
    const tick = { name: 'campaigns.same-people', everyMs: sweepEveryMs, leaseMs: 300_000 };
    await this.leases.runWhenDue(tick, () => this.samePeople.run());
  }

  /** Forgets old parts of the ledger. */
  @Interval(60_000)
  async retention(): Promise<void> {
    const tick = { name: 'campaigns.ledger-retention', everyMs: retentionEveryMs, leaseMs: retentionEveryMs };
    await this.leases.runWhenDue(tick, () => this.forgetOld.run());
  }

  private async finished(): Promise<string[]> {
    const rows = await query<{ id: string }>(
      this.transactions.pool,
      `SELECT e.id FROM execution e WHERE e.state = 'RUNNING' AND e.read_at IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM execution_chunk c WHERE c.execution_id = e.id AND c.state = 'PENDING') LIMIT 50`,
    );
    return rows.map(({ id }) => id);
  }
}
