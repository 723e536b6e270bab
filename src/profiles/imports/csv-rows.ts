import type { Readable } from 'node:stream';
import { AppError } from '@libs/foundation';
import { type CsvError, parse } from 'csv-parse';
import { type FileKind, headerProblem, type ReadRow } from './row-reader';

/** The file as a whole cannot be read. */
export class ImportFileError extends AppError {
  readonly code = 'IMPORT_FILE_UNREADABLE';
  readonly retryable = false;
}

/** A line of a file with what was read from it. */
export type FileRow<T> = ReadRow<T> & { line: number; raw: string };

const largestLine = 64 * 1024;

interface ParsedLine {
  info: { lines: number };
  record: string[];
  raw: string;
}

/**
 * Reads a CSV file (RFC 4180, UTF-8, header line) as it arrives. Broken lines come with a reason and do not stop it.
 * @throws {ImportFileError} when the header is wrong, before any row.
 */
export async function* csvRows<T>(file: Readable, kind: FileKind<T>): AsyncGenerator<FileRow<T>> {
  const skipped: FileRow<T>[] = [];
  const parser = parse({
    bom: true,
    info: true,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: largestLine,
    on_skip: (error: CsvError | undefined, raw: string | undefined) => {
      skipped.push({
        line: Number(error?.lines ?? 0),
        raw: raw ?? '',
        reason: `The line is not valid CSV: ${error?.message}`,
      });
      return undefined;
    },
  });
  file.once('error', (error) => parser.destroy(error));
  file.pipe(parser);
  let columns: string[] | null = null;
  for await (const { info, record, raw } of parser as AsyncIterable<ParsedLine>) {
    if (!columns) columns = header(record, kind);
    else yield { line: info.lines, raw: raw.replace(/\r?\n$/, ''), ...readRecord(record, columns, kind) };
    yield* skipped.splice(0);
  }
  yield* skipped.splice(0);
  if (!columns) throw new ImportFileError('The file is empty; its first line must name the columns');
}

function header<T>(record: string[], kind: FileKind<T>): string[] {
  const columns = record.map((column) => column.trim());
  const problem = headerProblem(columns, kind);
  if (problem) throw new ImportFileError(problem);
  return columns;
}

function readRecord<T>(record: string[], columns: string[], kind: FileKind<T>): ReadRow<T> {
  if (record.length !== columns.length) {
    return { reason: `The line has ${record.length} cells, the header names ${columns.length} columns` };
  }
  if (record.some((cell) => cell.includes('\u0000'))) return { reason: 'The line contains a zero byte' };
  return kind.read(Object.fromEntries(columns.map((column, index) => [column, record[index] ?? ''])));
}
