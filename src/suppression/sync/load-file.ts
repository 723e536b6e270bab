import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AppError, InvariantError, toError } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { type CsvRecord, csvRecords } from '@modules/profiles';
import { type Actor, AuditTrail, Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { RunTakenOverError, type SuppressionAttribute, type SyncRun } from '../domain/sync';
import { AttributeRepository } from '../persistence/attribute.repository';
import { CustomerValueRepository } from '../persistence/customer-value.repository';
import { FeedRepository } from '../persistence/feed.repository';
import { RememberedValueRepository } from '../persistence/remembered-value.repository';
import { SyncRunRepository } from '../persistence/sync-run.repository';
import type { GivenPage } from './value-chunk';
import { ValueWriter } from './value-writer';

/** How to load a file of values. */
export interface FileLoad {
  attribute: SuppressionAttribute;
  /** The day of which the values are. */
  dataDate: string;
  /** Whether everybody who has a value is in the file: then who is not in it has none. */
  isComplete: boolean;
  /** Why the values come from a file; it is audited. */
  reason: string;
  file: Readable;
}

/** The file as a whole cannot be used. */
export class ValueFileError extends AppError {
  readonly code = 'SUPPRESSION_FILE_REFUSED';
  readonly retryable = false;
}

const beatMs = 20_000;
const clearedAtOnce = 20_000;
const endedByOthers = 'The load was ended meanwhile; its task says why';
const nobody = { customerId: null, userId: null };
const notComplete =
  'Rows were refused, so the file does not count as complete: it cleared nobody and closed no gap. Mend them and load it again';

/** Loads values of a suppression attribute from a CSV file with the columns `userId` and `value`. */
@Injectable()
export class LoadFile {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly tasks: Tasks,
    private readonly audit: AuditTrail,
    private readonly attributes: AttributeRepository,
    private readonly feeds: FeedRepository,
    private readonly runs: SyncRunRepository,
    private readonly remembered: RememberedValueRepository,
    private readonly customers: CustomerValueRepository,
    private readonly writer: ValueWriter,
  ) {}

  /**
   * A file with a refused row is not complete whatever it is called: the row may be of somebody it would then clear.
   * @returns the run's id. @throws {ValueFileError} when nothing could be read, or of a day that is not there yet.
   */
  async run(actor: Actor, load: FileLoad): Promise<string> {
    await this.assertDay(load);
    const { run, holder } = await this.begin(actor, load);
    // A slow upload may take longer for a batch than the run is held for.
    const beat = setInterval(
      () => void this.runs.hold(this.transactions.pool, run.id, holder).catch(() => undefined),
      beatMs,
    );
    try {
      const { userIdAttribute } = await this.connections.get(run.projectId, run.connectionId);
      const speaksForAll = userIdAttribute !== null;
      await this.writer.write(
        { run, holder, attribute: load.attribute, mayBeOld: true, speaksForAll },
        pagesOf(load.file, speaksForAll),
      );
      const rejected = await this.writer.rejected(this.transactions.pool, run.id);
      const isComplete = load.isComplete && rejected === 0;
      if (isComplete) await this.clearAbsent(run, load.attribute, holder);
      await this.finish({ run, holder }, { ...load, isComplete }, rejected);
      return run.id;
    } catch (error) {
      if (error instanceof RunTakenOverError) throw new ValueFileError(endedByOthers);
      const detail = error instanceof AppError ? error.message : 'The upload broke off; load the file again';
      await this.transactions.run(async (tx) => {
        await this.runs.finish(tx, run.id, { state: 'FAILED', detail });
        await this.tasks.finish(tx, run.taskId, 'FAILED', detail);
      });
      throw toError(error);
    } finally {
      clearInterval(beat);
    }
  }

  /** A file of a day whose changes Optimove has yet to tell would make the sync pass them over. */
  private async assertDay({ attribute, dataDate }: FileLoad): Promise<void> {
    const { timeZone } = await this.connections.get(attribute.projectId, attribute.connectionId);
    const newest = await this.feeds.newestDay(this.transactions.pool, attribute, timeZone);
    if (dataDate <= newest) return;
    throw new ValueFileError(`dataDate must not be after ${newest}, the newest day of which Optimove can have data`);
  }

  /** Audited before the first value counts: what is loaded of a file that breaks off stays. */
  private begin(
    actor: Actor,
    { attribute, dataDate, isComplete, reason }: FileLoad,
  ): Promise<{ run: SyncRun; holder: string }> {
    const { projectId, connectionId, id: attributeId, name } = attribute;
    const holder = randomUUID();
    return this.transactions.run(async (tx) => {
      const taskId = await this.tasks.start(tx, {
        projectId,
        connectionId,
        kind: 'suppression.load',
        title: `Values of the suppression attribute ${name} from a file, data of ${dataDate}`,
        triggeredBy: actor.label,
      });
      const id = await this.runs.add(tx, { projectId, connectionId, attributeId, source: 'FILE', dataDate, taskId });
      const run = id && (await this.runs.take(tx, id, holder));
      if (!run) throw new InvariantError('A new run of a file can be taken');
      await this.audit.record(tx, actor, {
        action: 'suppression-attribute.values-loaded',
        subject: { type: 'suppression-attribute', id: attributeId },
        after: { name, dataDate, isComplete, reason, syncId: run.id },
      });
      return { run, holder };
    });
  }

  private async clearAbsent(run: SyncRun, { id, name }: SuppressionAttribute, holder: string): Promise<void> {
    const { projectId, dataDate } = run;
    const target = { projectId, attributeId: id, name, dataDate, runId: run.id, mayBeOld: true, clears: true };
    let cleared = 0;
    do {
      cleared = await this.transactions.run(async (tx) => {
        await this.runs.hold(tx, run.id, holder);
        const people = await this.remembered.clearAbsent(tx, target, clearedAtOnce);
        return people + (await this.customers.clearAbsent(tx, target, clearedAtOnce));
      });
    } while (cleared > 0);
  }

  private async finish(
    { run, holder }: { run: SyncRun; holder: string },
    { attribute, dataDate, isComplete }: FileLoad,
    rejected: number,
  ): Promise<void> {
    const { timeZone } = await this.connections.get(run.projectId, run.connectionId);
    await this.transactions.run(async (tx) => {
      await this.runs.hold(tx, run.id, holder);
      const now = await this.attributes.lock(tx, run.projectId, attribute.id);
      if (now === null || now.state === 'STOPPED') throw new ValueFileError('The attribute was stopped meanwhile');
      if (isComplete) await this.attributes.noteComplete(tx, attribute, { dataDate, timeZone });
      const state = rejected > 0 ? 'PARTLY_FAILED' : 'SUCCEEDED';
      const detail = rejected > 0 ? notComplete : null;
      await this.runs.finish(tx, run.id, { state, detail });
      await this.tasks.finish(tx, run.taskId, state, detail ?? undefined);
    });
  }
}

/** `speaksForAll`: the file is about user IDs and not about customers, of whom blanks make others. */
async function* pagesOf(file: Readable, speaksForAll: boolean): AsyncGenerator<GivenPage> {
  let isHeader = true;
  let rows = 0;
  for await (const records of csvRecords(file)) {
    const page: GivenPage = { values: [], unreadable: [] };
    for (const record of records) {
      if (isHeader) assertHeader(record);
      else addTo(page, record, speaksForAll);
      isHeader = false;
    }
    rows += page.values.length;
    yield page;
  }
  if (rows === 0) throw new ValueFileError('The file has no rows; its first line must be userId,value');
}

function assertHeader(record: CsvRecord): void {
  const cells = 'cells' in record ? record.cells.map((cell) => cell.trim()) : [];
  if (cells.length === 2 && cells[0] === 'userId' && cells[1] === 'value') return;
  throw new ValueFileError('The first line of the file must be userId,value');
}

function addTo(page: GivenPage, record: CsvRecord, speaksForAll: boolean): void {
  const { raw } = record;
  if ('reason' in record) page.unreadable.push({ ...nobody, raw, reason: record.reason });
  else if (record.cells.length !== 2) page.unreadable.push({ ...nobody, raw, reason: 'The line must have two cells' });
  else {
    const [userId = '', text = ''] = record.cells;
    page.values.push({ customerId: null, userId: speaksForAll ? userId.trim() : userId, text });
  }
}
