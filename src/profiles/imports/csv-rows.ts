import type { Readable } from 'node:stream';
import { AppError } from '@libs/foundation';
import { type CsvRecord, csvRecords } from './csv-records';
import { type FileKind, headerProblem, type ReadRow } from './row-reader';

/** The file as a whole cannot be read. */
export class ImportFileError extends AppError {
  readonly code = 'IMPORT_FILE_UNREADABLE';
  readonly retryable = false;
}

/** A line of a file with what was read from it. */
export type FileRow<T> = ReadRow<T> & { line: number; raw: string };

/**
 * Reads a CSV file with a header line as it arrives. Broken lines come with a reason and do not stop it.
 * @throws {ImportFileError} when the header is wrong, before any row.
 */
export async function* csvRows<T>(file: Readable, kind: FileKind<T>): AsyncGenerator<FileRow<T>> {
  let columns: string[] | null = null;
  for await (const records of csvRecords(file)) {
    for (const record of records) {
      if (columns) yield { line: record.line, raw: record.raw, ...readRecord(record, columns, kind) };
      else columns = header(record, kind);
    }
  }
  if (!columns) throw new ImportFileError('The file is empty; its first line must name the columns');
}

function header<T>(record: CsvRecord, kind: FileKind<T>): string[] {
  if ('reason' in record) throw new ImportFileError(`The first line must name the columns. ${record.reason}`);
  const columns = record.cells.map((column) => column.trim());
  const problem = headerProblem(columns, kind) ?? textProblem(record);
  if (problem) throw new ImportFileError(problem);
  return columns;
}

function readRecord<T>(record: CsvRecord, columns: string[], kind: FileKind<T>): ReadRow<T> {
  if ('reason' in record) return record;
  const { cells } = record;
  if (cells.length !== columns.length) {
    return { reason: `The line has ${cells.length} cells, the header names ${columns.length} columns` };
  }
  const problem = textProblem(record);
  if (problem) return { reason: problem };
  return kind.read(named(columns, cells));
}

/** Written out, because pairs of name and cell would cost more than all else that is done to a line. */
function named(columns: string[], cells: string[]): Record<string, string> {
  const row: Record<string, string> = {};
  for (const [place, column] of columns.entries()) row[column] = cells[place] ?? '';
  return row;
}

/** Text that PostgreSQL cannot store, or that lost its letters because the file is in another encoding. */
function textProblem({ raw }: CsvRecord): string | null {
  if (raw.includes('\u0000')) return 'The line contains a zero byte';
  return raw.includes('\uFFFD') ? 'The line is not UTF-8; save the file as UTF-8' : null;
}
