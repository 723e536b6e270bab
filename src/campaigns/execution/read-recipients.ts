import { randomUUID } from 'node:crypto';
import { AppError } from '@libs/foundation';
import { OptimoveUnauthorizedError } from '@libs/optimove-client';
import { isRetryable, Log, Outbox, SecretBox, Transactions, type Tx } from '@libs/platform';
import { ChannelsService } from '@modules/channels';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { MatchingService, type MatchKeys } from '@modules/matching';
import { Injectable } from '@nestjs/common';
import { erasurePurpose } from '../domain/erased';
import { AccountLeftError, EarlierLaunchError, FencedError } from '../domain/execution/errors';
import { refuseWithout } from '../domain/execution/required-attributes';
import { readRecipientsJob } from '../jobs/execution.jobs';
import { AudienceRepository } from '../persistence/ledger/audience.repository';
import { ExecutionRepository, type OptimoveExecutionRow } from '../persistence/ledger/execution.repository';
import { FreezeRepository } from '../persistence/ledger/freeze.repository';
import { CompleteExecution } from './complete-execution';
import { GivingWay } from './giving-way';
import { queueChunks } from './queue-chunks';
import type { RecipientSource, SourcePage } from './recipient-sources/recipient-source';
import { RecipientSources } from './recipient-sources/recipient-sources';
import { type Columns, SettleColumns } from './settle-columns';
import { stagePage } from './stage-page';

const chunkSize = 1000;
/** Small enough that a short list is spread, too. */
const spreadChunkSize = 100;
const holdEveryMs = 15_000;
const tokenWaitSeconds = 10;

/** One run over a list; nobody else has this holder, not even another run of the same process. */
interface Run {
  execution: OptimoveExecutionRow;
  holder: string;
}

/** Reads the recipient list of an execution into staging and freezes it; resumes after the last page that was kept. */
@Injectable()
export class ReadRecipients {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly connections: ConnectionsService,
    private readonly channels: ChannelsService,
    private readonly sources: RecipientSources,
    private readonly matching: MatchingService,
    private readonly columns: SettleColumns,
    private readonly executions: ExecutionRepository,
    private readonly audience: AudienceRepository,
    private readonly freezer: FreezeRepository,
    private readonly givingWay: GivingWay,
    private readonly secrets: SecretBox,
    private readonly completion: CompleteExecution,
    private readonly log: Log,
  ) {}

  /** @throws retryable faults of Optimove or the database; a final one ends the execution as FAILED with its reason. */
  async run({ executionId }: { executionId: string }): Promise<void> {
    const holder = randomUUID();
    const connectionIds = await this.connectionIdsOf(executionId);
    const execution = await this.executions.takeReading(executionId, { holder, connectionIds });
    if (!execution) return this.refuseToWait(executionId, connectionIds);
    const run: Run = { execution, holder };
    // A page may take longer than the lease lasts.
    const timer = setInterval(() => void this.hold(this.transactions.pool, run).catch(() => undefined), holdEveryMs);
    try {
      await this.read(run);
    } catch (error) {
      if (!(error instanceof FencedError)) await this.settle(run, error);
    } finally {
      clearInterval(timer);
    }
  }

  private async connectionIdsOf(executionId: string): Promise<string[]> {
    const { pool } = this.transactions;
    const execution = await this.executions.find(pool, executionId);
    return execution?.connection_id ? this.connections.withPredecessors(pool, execution.connection_id) : [];
  }

  /** @throws {EarlierLaunchError} so that the queue tries again soon. */
  private async refuseToWait(executionId: string, connectionIds: string[]): Promise<void> {
    if (await this.executions.waitsForCancellation(executionId, connectionIds))
      throw new EarlierLaunchError(executionId);
  }

  private async settle(run: Run, error: unknown): Promise<void> {
    const { execution, holder } = run;
    if (error instanceof OptimoveUnauthorizedError && (await this.isAboutToken(execution, error))) {
      const reason = `Waits for a valid API token: ${error.message}`;
      return this.executions.releaseReading(execution, holder, { seconds: tokenWaitSeconds, reason });
    }
    if (isRetryable(error)) {
      const wait = error instanceof AppError ? { seconds: 0, reason: error.message } : undefined;
      await this.executions.releaseReading(execution, holder, wait);
      throw error;
    }
    this.log.failure('execution.reading-failed', error, { executionId: execution.id });
    if (error instanceof AppError) return this.fail(run, error.message);
    if (!isDataFault(error)) {
      await this.executions.releaseReading(execution, holder);
      throw error;
    }
    await this.fail(run, 'An internal fault stopped the reading and nothing was sent; the log has its details');
    throw error;
  }

  /** The files of an engagement are read without the token. */
  private async isAboutToken(
    { connection_id, engagement_id }: OptimoveExecutionRow,
    { status }: OptimoveUnauthorizedError,
  ): Promise<boolean> {
    if (status === 401 || engagement_id !== null) return status === 401;
    return (await this.connections.find(connection_id))?.status === 'AUTHENTICATION_FAILED';
  }

  /** What was announced meanwhile is read all the same. */
  private async fail({ execution, holder }: Run, reason: string): Promise<void> {
    await this.executions.failReading(execution, holder, reason);
    if (await this.executions.isWanted(execution.id)) await this.readAgain(execution);
  }

  private async read(run: Run): Promise<void> {
    const { execution } = run;
    const connection = await this.connections.get(execution.project_id, execution.connection_id);
    if (execution.engagement_id === null && connection.accountId !== execution.account_id) throw new AccountLeftError();
    const source = await this.sources.open(execution, connection, (work) => this.inLease(run, work));
    let columns: Columns;
    do {
      columns = await this.columns.run(execution, connection, source);
      const { names, keys } = columns;
      const onUnknown = (unknown: string[]): Promise<void> => this.noteUnknown(run, keys, unknown);
      for await (const page of source.pages({ names, onUnknown })) {
        const startedAt = performance.now();
        await this.keep(run, page, source);
        // Whoever reads on still knows this page while the next one comes: two would be in memory.
        page.rows.length = 0;
        await this.givingWay.pauseAfter(performance.now() - startedAt);
      }
    } while (await this.hasNewTemplates(run, connection));
    await this.freeze(run, { connection, keys: columns.keys, source });
  }

  /** Whether the list has templates of ours that Optimove did not name: it is read again with the values that they need. */
  private async hasNewTemplates(run: Run, connection: ConnectionView): Promise<boolean> {
    const { pool } = this.transactions;
    const unfrozen = await this.audience.unfrozenTemplates(pool, run.execution);
    const found = [...(await this.columns.find(pool, { execution: run.execution, connection }, unfrozen)).keys()];
    if (found.length === 0) return false;
    const unknown = new Map(found.map((id) => [id, null]));
    await this.inLease(run, (tx) => this.audience.setTemplates(tx, run.execution.id, unknown));
    return true;
  }

  private async hold(tx: Tx, { execution, holder }: Run): Promise<void> {
    if (await this.executions.holdReading(tx, execution, holder)) return;
    throw new FencedError(`The reading of execution ${execution.id} was taken over`);
  }

  /** What Optimove does not know is written down where people see it; what matching needs is not done without. */
  private async noteUnknown(run: Run, keys: MatchKeys, unknown: string[]): Promise<void> {
    refuseWithout(this.matching.requiredAttributes(keys), unknown);
    await this.inLease(run, (tx) => this.executions.noteUnknownAttributes(tx, run.execution, unknown));
    const { id: executionId } = run.execution;
    this.log.event('execution.attributes-unknown', { executionId, attributes: unknown }, 'warn');
  }

  private async inLease(run: Run, work: (tx: Tx) => Promise<void>): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.hold(tx, run);
      await work(tx);
    });
  }

  private async keep(run: Run, page: SourcePage, source: RecipientSource): Promise<void> {
    await this.inLease(run, async (tx) => {
      if (page.received > 0) await this.audience.keepPage(tx, run.execution, stagePage(page));
      await source.kept(tx, page);
    });
    const { id: executionId } = run.execution;
    this.log.event('execution.page-read', { executionId, skip: page.skip, rows: page.rows.length });
  }

  /** The row of the execution is locked at the very end only: callbacks and cancellations do not wait for a freeze. */
  private async freeze(
    { execution, holder }: Run,
    { connection, keys, source }: { connection: ConnectionView; keys: MatchKeys; source: RecipientSource },
  ): Promise<void> {
    const { userIdAttribute } = keys;
    const timeZone = execution.list_time_zone ?? connection.timeZone;
    const request = {
      ...{ execution, holder, timeZone, userIdAttribute, ...(await this.pace(execution)) },
      connectionIds: await this.connections.withPredecessors(this.transactions.pool, connection.id),
      erasureKeys: this.secrets.derivedKeys(erasurePurpose),
    };
    const chunks = await this.transactions.run(async (tx) => {
      const fresh = await this.freezer.freeze(tx, request);
      await queueChunks(this.outbox, tx, { executionId: execution.id, chunks: fresh });
      await source.frozen(tx);
      return fresh;
    });
    this.log.event('execution.frozen', { executionId: execution.id, chunks: chunks.length });
    if (await this.executions.isWanted(execution.id)) await this.readAgain(execution);
    else if (chunks.length === 0) await this.completion.tryComplete(execution.id);
  }

  private async pace(execution: OptimoveExecutionRow): Promise<{ chunkSize: number; spreadMinutes: number }> {
    const channels = await this.channels.listForConnection(execution.project_id, execution.connection_id);
    const spreadMinutes = channels.find(({ id }) => id === execution.channel_id)?.spreadMinutes ?? 0;
    return { spreadMinutes, chunkSize: spreadMinutes > 0 ? spreadChunkSize : chunkSize };
  }

  private async readAgain({ id, reading }: OptimoveExecutionRow): Promise<void> {
    await this.transactions.run((tx) =>
      this.outbox.enqueue(tx, readRecipientsJob, { executionId: id, at: `${reading + 1}` }),
    );
  }
}

/** Two readers met: the other one goes on. */
const uniqueViolation = '23505';

/** SQLSTATE classes 22 and 23: the rows themselves cannot be stored, and trying again would meet them again. */
function isDataFault(error: unknown): boolean {
  const { code, driverError } = error as { code?: string; driverError?: { code?: string } };
  const state = driverError?.code ?? code ?? '';
  return /^2[23]/.test(state) && state !== uniqueViolation;
}
