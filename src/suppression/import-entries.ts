import type { Readable } from 'node:stream';
import { AppError, newId, toError } from '@libs/foundation';
import { query, Transactions, type Tx } from '@libs/platform';
import { type CsvRecord, csvRecords } from '@modules/profiles';
import { type Actor, AuditTrail, Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { type EntryKind, type EntryMedium, entryKinds, entryMedia, normalValue } from './domain/entry';

/** What became of a file: received = stored + refused. */
export interface ImportedEntries {
  taskId: string;
  received: number;
  stored: number;
  refused: number;
}

/** The file as a whole cannot be used. */
export class EntryFileError extends AppError {
  readonly code = 'SUPPRESSION_LIST_FILE_REFUSED';
  readonly retryable = false;
}

interface Entry {
  kind: EntryKind;
  value: string;
  medium: EntryMedium;
  reason: string;
}

interface Batch {
  entries: Entry[];
  refused: { row: unknown; reason: string }[];
}

const header = ['kind', 'value', 'medium', 'reason'];
const batchSize = 5_000;
const longestValue = 320;
const longestReason = 500;

/** Suppression lists as CSV files with the columns `kind`, `value`, `medium` and `reason`, taken in as they arrive. */
@Injectable()
export class ImportEntries {
  constructor(
    private readonly transactions: Transactions,
    private readonly tasks: Tasks,
    private readonly audit: AuditTrail,
  ) {}

  /** Entries count from the next hand-over on, batch by batch. @throws {EntryFileError} */
  async run(actor: Actor, file: Readable): Promise<ImportedEntries> {
    const { projectId, label } = actor;
    const sums = { received: 0, stored: 0, refused: 0 };
    const task = { projectId, kind: 'suppression.import', title: 'Import of a suppression list', triggeredBy: label };
    const taskId = await this.tasks.start(this.transactions.pool, task);
    try {
      for await (const batch of batches(file)) {
        await this.transactions.run((tx) => this.store(tx, { projectId, taskId }, batch));
        sums.stored += batch.entries.length;
        sums.refused += batch.refused.length;
        sums.received = sums.stored + sums.refused;
      }
      await this.transactions.run(async (tx) => {
        await this.tasks.finish(tx, taskId, sums.refused === 0 ? 'SUCCEEDED' : 'PARTLY_FAILED');
        const subject = { type: 'task', id: taskId };
        await this.audit.record(tx, actor, { action: 'suppression-list.imported', subject, after: sums });
      });
      return { taskId, ...sums };
    } catch (error) {
      const detail = error instanceof EntryFileError ? error.message : `Stopped after ${sums.received} rows`;
      await this.tasks.finish(this.transactions.pool, taskId, 'FAILED', detail);
      throw toError(error);
    }
  }

  private async store(
    tx: Tx,
    { projectId, taskId }: { projectId: string; taskId: string },
    batch: Batch,
  ): Promise<void> {
    const { entries, refused } = batch;
    const column = (name: keyof Entry): string[] => entries.map((entry) => entry[name]);
    await query(
      tx,
      `INSERT INTO suppression_entry (id, project_id, kind, value, medium, reason)
       SELECT DISTINCT ON (kind, value, medium) id, $1, kind, value, medium, reason
       FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY
         AS e(id, kind, value, medium, reason, position)
       ORDER BY kind, value, medium, position DESC
       ON CONFLICT ON CONSTRAINT uq_suppression_entry DO UPDATE SET reason = excluded.reason`,
      [projectId, entries.map(() => newId()), column('kind'), column('value'), column('medium'), column('reason')],
    );
    await this.tasks.addErrors(tx, taskId, refused);
    const received = entries.length + refused.length;
    await this.tasks.progress(tx, taskId, { processed: received, succeeded: entries.length, failed: refused.length });
  }
}

async function* batches(file: Readable): AsyncGenerator<Batch> {
  let isHeader = true;
  let batch: Batch = { entries: [], refused: [] };
  for await (const records of csvRecords(file)) {
    for (const record of records) {
      if (isHeader) assertHeader(record);
      else take(batch, record);
      isHeader = false;
    }
    if (batch.entries.length + batch.refused.length < batchSize) continue;
    yield batch;
    batch = { entries: [], refused: [] };
  }
  if (isHeader) throw new EntryFileError(`The file is empty; its first line must be ${header.join(',')}`);
  yield batch;
}

function assertHeader(record: CsvRecord): void {
  const cells = 'cells' in record ? record.cells.map((cell) => cell.trim()) : [];
  if (cells.join() !== header.join()) throw new EntryFileError(`The first line must be ${header.join(',')}`);
}

function take(batch: Batch, record: CsvRecord): void {
  const read = 'reason' in record ? record.reason : readEntry(record.cells);
  if (typeof read === 'string') batch.refused.push({ row: { line: record.line, raw: record.raw }, reason: read });
  else batch.entries.push(read);
}

/** The entry, or why it is none. */
function readEntry([kindText = '', text = '', mediumText = '', reason = '', ...more]: string[]): Entry | string {
  if (more.length > 0) return `The line must have ${header.length} cells`;
  const kind = entryKinds.find((each) => each === kindText.trim().toUpperCase());
  if (!kind) return `kind must be one of ${entryKinds.join(', ')}`;
  const medium = entryMedia.find((each) => each === (mediumText.trim().toUpperCase() || 'ANY'));
  if (!medium) return `medium must be one of ${entryMedia.join(', ')}`;
  const value = text.length > longestValue ? null : normalValue(kind, text);
  if (value === null || text.includes('\u0000')) return `value is no ${kind.toLowerCase().replace('_', ' ')}`;
  if (reason.trim() === '' || reason.length > longestReason) return `reason must have 1 to ${longestReason} characters`;
  return { kind, value, medium, reason: reason.trim().replaceAll('\u0000', '') };
}
