import type { Readable } from 'node:stream';
import { toError } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { type Actor, Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { againAfterClash } from '../persistence/again-after-clash';
import { ConsentRepository } from '../persistence/consent.repository';
import { csvRows, type FileRow, ImportFileError } from './csv-rows';
import { type DeviceRow, deviceFile } from './device-rows';
import { DeviceWriter } from './device-writer';
import { ImportRepository, type ImportSums, type RejectedRow } from './import-repository';
import { ImportWriter, type WrittenBatch } from './import-writer';
import { type ProfileRow, profileFile } from './profile-rows';
import type { FileKind } from './row-reader';

/** What became of a file. */
export interface ImportedFile extends ImportSums {
  importId: string;
  taskId: string;
}

type StorableRow<T> = FileRow<T> & { row: T };

interface Work<T> {
  projectId: string;
  importId: string;
  taskId: string;
  kind: FileKind<T>;
  write: (tx: Tx, projectId: string, rows: T[]) => Promise<WrittenBatch>;
  sums: ImportSums;
}

/** Profiles read from anywhere, with the position and text of each. */
export type ProfileRows = AsyncIterable<FileRow<ProfileRow>> | Iterable<FileRow<ProfileRow>>;

const batchSize = 2_000;

/** Imports files as they arrive: memory holds one batch, and each batch is committed with its rejects. */
@Injectable()
export class ImportFile {
  constructor(
    private readonly transactions: Transactions,
    private readonly tasks: Tasks,
    private readonly imports: ImportRepository,
    private readonly writer: ImportWriter,
    private readonly deviceWriter: DeviceWriter,
    private readonly consent: ConsentRepository,
  ) {}

  /** @throws {ImportFileError} when the file as a whole cannot be read. */
  profiles(actor: Actor, file: Readable): Promise<ImportedFile> {
    return this.profileRows(actor, csvRows(file, profileFile));
  }

  /** The same for rows that do not come as a file. */
  profileRows(actor: Pick<Actor, 'projectId' | 'label'>, rows: ProfileRows): Promise<ImportedFile> {
    return this.run<ProfileRow>(actor, rows, profileFile, (tx, projectId, batch) =>
      this.writer.writeProfiles(tx, projectId, batch),
    );
  }

  /** @throws {ImportFileError} when the file as a whole cannot be read. */
  devices(actor: Actor, file: Readable): Promise<ImportedFile> {
    return this.run<DeviceRow>(actor, csvRows(file, deviceFile), deviceFile, (tx, projectId, rows) =>
      this.deviceWriter.write(tx, projectId, rows),
    );
  }

  private async run<T>(
    actor: Pick<Actor, 'projectId' | 'label'>,
    rows: AsyncIterable<FileRow<T>> | Iterable<FileRow<T>>,
    kind: FileKind<T>,
    write: Work<T>['write'],
  ): Promise<ImportedFile> {
    const work = await this.start(actor, kind, write);
    const { importId, taskId } = work;
    try {
      await this.storeAll(work, rows);
      // All rows are stored: an import does not fail for it, and autovacuum counts them later.
      await this.imports.makeKnownToPlanner(this.transactions.pool, kind.kind, work.sums).catch(() => undefined);
      const status = work.sums.rejected === 0 ? 'SUCCEEDED' : 'PARTLY_FAILED';
      await this.transactions.run(async (tx) => {
        await this.imports.finish(tx, importId);
        await this.tasks.finish(tx, taskId, status);
      });
    } catch (error) {
      const detail = error instanceof ImportFileError ? error.message : `Stopped after ${work.sums.received} rows`;
      await this.tasks.finish(this.transactions.pool, taskId, 'FAILED', detail);
      throw toError(error);
    }
    return { importId, taskId, ...work.sums };
  }

  private start<T>(
    actor: Pick<Actor, 'projectId' | 'label'>,
    kind: FileKind<T>,
    write: Work<T>['write'],
  ): Promise<Work<T>> {
    const { projectId } = actor;
    return this.transactions.run(async (tx) => {
      const taskId = await this.tasks.start(tx, {
        projectId,
        kind: 'profiles.import',
        title: kind.kind === 'PROFILES' ? 'Import of profiles' : 'Import of devices',
        triggeredBy: actor.label,
      });
      const importId = await this.imports.start(tx, { projectId, taskId, kind: kind.kind });
      const sums = { received: 0, created: 0, updated: 0, repeated: 0, rejected: 0 };
      return { projectId, importId, taskId, kind, write, sums };
    });
  }

  /** One batch is read while the one before it is stored. */
  private async storeAll<T>(work: Work<T>, rows: AsyncIterable<FileRow<T>> | Iterable<FileRow<T>>): Promise<void> {
    let batch: FileRow<T>[] = [];
    let storing = Promise.resolve();
    try {
      for await (const row of rows) {
        batch.push(row);
        if (batch.length < batchSize) continue;
        await storing;
        storing = this.store(work, batch);
        // Whoever awaits it hears of the failure; until then it is not unhandled.
        storing.catch(() => undefined);
        batch = [];
      }
    } finally {
      await storing;
    }
    await this.store(work, batch);
  }

  private async store<T>(work: Work<T>, batch: FileRow<T>[]): Promise<void> {
    if (batch.length === 0) return;
    const { kind, projectId, importId, taskId } = work;
    const { rows, rejects, repeated } = sortOut(batch, kind);
    const store = async (tx: Tx): Promise<ImportSums> => {
      await this.consent.from(tx, 'IMPORT');
      const written = await work.write(
        tx,
        projectId,
        rows.map(({ row }) => row),
      );
      const refused = written.refused.flatMap(({ index, reason }) => {
        const item = rows[index];
        return item ? [{ line: item.line, raw: item.raw, reason }] : [];
      });
      const failed = rejects.length + refused.length;
      const sums = add(work.sums, { ...written, received: batch.length, repeated, rejected: failed });
      await this.imports.note(tx, importId, sums, [...rejects, ...refused]);
      await this.tasks.progress(tx, taskId, { processed: batch.length, succeeded: batch.length - failed, failed });
      return sums;
    };
    work.sums = await againAfterClash(() => this.transactions.run(store));
  }
}

/** One row per key, and the rows that cannot be stored. */
function sortOut<T>(
  batch: FileRow<T>[],
  kind: FileKind<T>,
): { rows: StorableRow<T>[]; rejects: RejectedRow[]; repeated: number } {
  const rejects: RejectedRow[] = [];
  const byKey = new Map<string, StorableRow<T>>();
  let repeated = 0;
  for (const item of batch) {
    if ('reason' in item) {
      rejects.push(item);
      continue;
    }
    const key = kind.keyOf(item.row);
    const earlier = byKey.get(key);
    if (earlier) repeated += 1;
    byKey.set(key, earlier ? { ...item, row: kind.merge(earlier.row, item.row) } : item);
  }
  return { rows: [...byKey.values()], rejects, repeated };
}

function add(sums: ImportSums, more: ImportSums): ImportSums {
  return {
    received: sums.received + more.received,
    created: sums.created + more.created,
    updated: sums.updated + more.updated,
    repeated: sums.repeated + more.repeated,
    rejected: sums.rejected + more.rejected,
  };
}
