import type { Readable } from 'node:stream';
import { toError } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { type Actor, Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { csvRows, type FileRow, ImportFileError } from './csv-rows';
import { type DeviceRow, deviceFile } from './device-rows';
import { ImportRepository, type ImportSums, type RejectedRow } from './import-repository';
import { ImportWriter, type WrittenBatch } from './import-writer';
import { type ProfileRow, profileFile } from './profile-rows';
import type { FileKind } from './row-reader';

/** What became of a file. */
export interface ImportedFile extends ImportSums {
  importId: string;
  taskId: string;
}

interface Work<T> {
  projectId: string;
  importId: string;
  taskId: string;
  kind: FileKind<T>;
  write: (tx: Tx, projectId: string, rows: T[]) => Promise<WrittenBatch>;
  sums: ImportSums;
}

const batchSize = 2_000;

/** Imports files as they arrive: memory holds one batch, and each batch is committed with its rejects. */
@Injectable()
export class ImportFile {
  constructor(
    private readonly transactions: Transactions,
    private readonly tasks: Tasks,
    private readonly imports: ImportRepository,
    private readonly writer: ImportWriter,
  ) {}

  /** @throws {ImportFileError} when the file as a whole cannot be read. */
  profiles(actor: Actor, file: Readable): Promise<ImportedFile> {
    return this.run<ProfileRow>(actor, file, profileFile, (tx, projectId, rows) =>
      this.writer.writeProfiles(tx, projectId, rows),
    );
  }

  /** @throws {ImportFileError} when the file as a whole cannot be read. */
  devices(actor: Actor, file: Readable): Promise<ImportedFile> {
    return this.run<DeviceRow>(actor, file, deviceFile, (tx, projectId, rows) =>
      this.writer.writeDevices(tx, projectId, rows),
    );
  }

  private async run<T>(
    actor: Actor,
    file: Readable,
    kind: FileKind<T>,
    write: Work<T>['write'],
  ): Promise<ImportedFile> {
    const work = await this.start(actor, kind, write);
    const { importId, taskId, sums } = work;
    try {
      let batch: FileRow<T>[] = [];
      for await (const row of csvRows(file, kind)) {
        batch.push(row);
        if (batch.length < batchSize) continue;
        await this.store(work, batch);
        batch = [];
      }
      await this.store(work, batch);
      const status = sums.rejected === 0 ? 'SUCCEEDED' : 'PARTLY_FAILED';
      await this.transactions.run(async (tx) => {
        await this.imports.finish(tx, importId);
        await this.tasks.finish(tx, taskId, status);
      });
    } catch (error) {
      const detail = error instanceof ImportFileError ? error.message : `Stopped after ${sums.received} rows`;
      await this.tasks.finish(this.transactions.pool, taskId, 'FAILED', detail);
      throw toError(error);
    }
    return { importId, taskId, ...sums };
  }

  private start<T>(actor: Actor, kind: FileKind<T>, write: Work<T>['write']): Promise<Work<T>> {
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

  private async store<T>(work: Work<T>, batch: FileRow<T>[]): Promise<void> {
    if (batch.length === 0) return;
    const { kind, projectId, importId, taskId, sums } = work;
    const rejects: RejectedRow[] = [];
    const byKey = new Map<string, FileRow<T> & { row: T }>();
    let repeated = 0;
    for (const item of batch) {
      if ('reason' in item) {
        rejects.push(item);
        continue;
      }
      const key = kind.keyOf(item.row);
      if (byKey.delete(key)) repeated += 1;
      byKey.set(key, item);
    }
    const rows = [...byKey.values()];
    await this.transactions.run(async (tx) => {
      const written = await work.write(
        tx,
        projectId,
        rows.map(({ row }) => row),
      );
      for (const { index, reason } of written.refused) {
        const item = rows[index];
        if (item) rejects.push({ line: item.line, raw: item.raw, reason });
      }
      sums.received += batch.length;
      sums.created += written.created;
      sums.updated += written.updated;
      sums.repeated += repeated;
      sums.rejected += rejects.length;
      await this.imports.note(tx, importId, sums, rejects);
      const failed = rejects.length;
      await this.tasks.progress(tx, taskId, { processed: batch.length, succeeded: batch.length - failed, failed });
    });
  }
}
