import { randomUUID } from 'node:crypto';
import { AppError, toError } from '@libs/foundation';
import type { RecipientRow } from '@libs/optimove-client';
import { isRetryable, Log, Outbox, Transactions, type Tx } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { MatchingService } from '@modules/matching';
import { Injectable } from '@nestjs/common';
import { TemplateDirectory } from '../authoring/template-directory';
import { Versions } from '../authoring/versions';
import { compileContent } from '../domain/content/compile-content';
import { FencedError } from '../domain/execution/errors';
import { isScheduledTime } from '../domain/execution/run-date';
import { sendChunkJob } from '../jobs/execution.jobs';
import { AudienceRepository, type StagedPage } from '../persistence/ledger/audience.repository';
import { ExecutionRepository, type ExecutionRow } from '../persistence/ledger/execution.repository';
import { FreezeRepository } from '../persistence/ledger/freeze.repository';
import { CompleteExecution } from './complete-execution';
import type { RecipientSource, SourcePage } from './recipient-sources/recipient-source';
import { RecipientSources } from './recipient-sources/recipient-sources';

const chunkSize = 1000;
const controlGroupAction = '1';

/** Reads the recipient list of an execution into staging and freezes it; resumes after the last page that was kept. */
@Injectable()
export class ReadRecipients {
  private readonly holder = randomUUID();

  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly connections: ConnectionsService,
    private readonly sources: RecipientSources,
    private readonly matching: MatchingService,
    private readonly directory: TemplateDirectory,
    private readonly versions: Versions,
    private readonly executions: ExecutionRepository,
    private readonly audience: AudienceRepository,
    private readonly freezer: FreezeRepository,
    private readonly completion: CompleteExecution,
    private readonly log: Log,
  ) {}

  /** @throws retryable faults of Optimove or the database; a final one ends the execution as FAILED with its reason. */
  async run(job: { executionId: string; reading: number }): Promise<void> {
    const execution = await this.executions.takeReading(job.executionId, job.reading, this.holder);
    if (!execution) return;
    try {
      await this.read(execution);
    } catch (error) {
      if (error instanceof FencedError) return;
      await this.executions.releaseReading(execution.id, this.holder);
      if (isRetryable(error)) throw error;
      this.log.failure('execution.reading-failed', error, { executionId: execution.id });
      if (error instanceof AppError) return this.executions.fail(execution.id, toError(error).message);
      if (isDataFault(error)) {
        await this.executions.fail(
          execution.id,
          'An internal fault stopped the reading and nothing was sent; the log has its details',
        );
      }
      throw error;
    }
  }

  private async read(execution: ExecutionRow): Promise<void> {
    const connection = await this.connections.get(execution.project_id, execution.connection_id);
    const source = await this.sources.open(execution, connection, (work) => this.inLease(execution, work));
    const attributes = await this.prepare(execution, connection, source);
    for await (const page of source.pages(attributes)) await this.keep(execution, page, source);
    await this.freeze(execution, connection, source);
  }

  /** Learns the templates, freezes their content and settles which attributes are asked for. */
  private async prepare(
    execution: ExecutionRow,
    connection: ConnectionView,
    source: RecipientSource,
  ): Promise<string[]> {
    const templateIds = await source.templateIds();
    return this.transactions.run(async (tx) => {
      await this.audience.preparePartitions(tx, execution.announced_at);
      const found = await this.directory.find(tx, {
        connectionId: connection.id,
        optimoveChannelId: execution.optimove_channel_id,
        optimoveTemplateIds: templateIds,
      });
      await this.audience.setTemplates(tx, execution.id, new Map(templateIds.map((id) => [id, found.get(id) ?? null])));
      if (execution.attributes.length > 0) return execution.attributes;
      const needed = await this.attributesOf(tx, connection, [...found.values()]);
      const attributes = [...new Set([...needed, ...(await source.furtherAttributes(tx))])];
      await this.executions.setAttributes(tx, execution.id, attributes);
      return attributes;
    });
  }

  private async attributesOf(tx: Tx, connection: ConnectionView, versionIds: string[]): Promise<string[]> {
    const names = new Set(this.matching.requiredAttributes(connection));
    for (const id of versionIds) {
      const version = await this.versions.get(tx, id);
      for (const name of compileContent(version.content).optimoveAttributes) names.add(name);
    }
    return [...names];
  }

  private async inLease<T>(execution: ExecutionRow, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transactions.run(async (tx) => {
      if (await this.executions.holdReading(tx, execution.id, this.holder)) return work(tx);
      throw new FencedError(`The reading of execution ${execution.id} was taken over`);
    });
  }

  private async keep(execution: ExecutionRow, page: SourcePage, source: RecipientSource): Promise<void> {
    await this.inLease(execution, async (tx) => {
      if (page.received > 0) await this.audience.keepPage(tx, execution, stage(page));
      await source.kept(tx, page);
    });
    this.log.event('execution.page-read', { executionId: execution.id, skip: page.skip, rows: page.rows.length });
  }

  private async freeze(execution: ExecutionRow, connection: ConnectionView, source: RecipientSource): Promise<void> {
    const chunks = await this.inLease(execution, async (tx) => {
      const fresh = await this.freezer.freeze(tx, { execution, timeZone: connection.timeZone, chunkSize });
      for (const [dueAt, group] of groupByDue(fresh)) {
        const jobs = group.map((chunkNo) => ({ executionId: execution.id, chunkNo, attempt: 0 }));
        await this.outbox.enqueueMany(tx, sendChunkJob, jobs, { runAt: new Date(dueAt) });
      }
      await source.frozen(tx);
      return fresh;
    });
    this.log.event('execution.frozen', { executionId: execution.id, chunks: chunks.length });
    if (chunks.length === 0) await this.completion.tryComplete(execution.id);
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

/** Sorts a page into rows that can be recipients and rows that are kept with a reason. */
function stage(page: SourcePage): StagedPage {
  const rows: RecipientRow[] = [];
  const rejects: StagedPage['rejects'] = page.malformed.map(({ reason, raw }) => ({
    customerId: null,
    templateId: '',
    reason,
    raw,
  }));
  for (const row of page.rows) {
    if (isScheduledTime(row.scheduledTime)) rows.push(row);
    else {
      const reason = `ScheduledTime "${row.scheduledTime.slice(0, 40)}" is not YYYY-MM-DD HH:MM:SS`;
      rejects.push({
        customerId: row.customerId,
        templateId: row.templateId,
        reason,
        raw: JSON.stringify(row).slice(0, 2000),
      });
    }
  }
  return {
    skip: page.skip,
    nextSkip: page.nextSkip,
    received: page.received,
    rejects,
    rows: rows.map(({ actionId, ...row }) => ({ ...row, isControl: actionId === controlGroupAction })),
  };
}

function groupByDue(chunks: { chunkNo: number; dueAt: Date }[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const { chunkNo, dueAt } of chunks) {
    const group = groups.get(dueAt.getTime());
    if (group) group.push(chunkNo);
    else groups.set(dueAt.getTime(), [chunkNo]);
  }
  return groups;
}
