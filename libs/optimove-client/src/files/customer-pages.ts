import { pipeline } from 'node:stream';
import { AppError } from '@libs/foundation';
import type { RecipientPage } from '../recipients';
import { type AvroRecord, avroDecoder } from './avro';
import { type RecordReader, recordReader } from './customer-records';
import { DamagedFileError, type Downloaded, download } from './download';
import type { EngagementAnnouncement } from './engagement';
import type { EngagementMetadata } from './metadata';
import { type StorageOptions, type StoredObject, shortName } from './object-request';

/** Which customers of an engagement to read and how. */
export interface CustomerFilesQuery {
  announcement: EngagementAnnouncement;
  metadata: EngagementMetadata;
  /** Names of the fields wanted, in order, in any case. */
  attributes: string[];
  /** Rows per page. */
  pageSize: number;
  /** Files that were already read to their end, and the rows in them. */
  after: { files: number; rows: number };
  /** Called before a damaged file is read again: pages from this row on are void. */
  onAgain(fromRow: number): Promise<void>;
  /** Called with the attributes for which a file has no field: they have no value. What it throws ends the reading. */
  onMissing(attributes: string[]): Promise<void>;
}

/** A page of customers; the last one of a file says so, and comes only when the checksum of the file agreed. */
export interface FilePage extends RecipientPage {
  endsFile: (Downloaded & { fileNo: number }) | null;
}

const readings = 3;

/**
 * The customers of files 1 to `NumberOfFiles`, both included, page by page; the next page is read only when the last
 * has been taken. `skip` counts the rows of all files. @throws {OptimoveError}
 */
export async function* customerPages(storage: StorageOptions, query: CustomerFilesQuery): AsyncGenerator<FilePage> {
  let row = query.after.rows;
  for (let fileNo = query.after.files + 1; fileNo <= query.metadata.files; fileNo += 1) {
    row = yield* fileAtLast(storage, query, { fileNo, row });
  }
}

interface Place {
  fileNo: number;
  /** Rows before. */
  row: number;
}

/** Reads a file, and once more when it arrived damaged. @returns the row after its last. */
async function* fileAtLast(
  storage: StorageOptions,
  query: CustomerFilesQuery,
  place: Place,
): AsyncGenerator<FilePage, number> {
  for (let reading = 1; ; reading += 1) {
    try {
      return yield* pagesOfFile(storage, query, place);
    } catch (error) {
      if (!(error instanceof DamagedFileError) || reading >= readings) throw error;
      await query.onAgain(place.row);
    }
  }
}

async function* pagesOfFile(
  storage: StorageOptions,
  query: CustomerFilesQuery,
  { fileNo, row }: Place,
): AsyncGenerator<FilePage, number> {
  const object = customerFile(query.announcement, fileNo);
  const whole: { value: Downloaded | null } = { value: null };
  let read: RecordReader | null = null;
  let page = emptyPage(row);
  for await (const record of records(storage, object, whole)) {
    read ??= await readerOf(record, query);
    if (page.received === query.pageSize) {
      yield page;
      page = emptyPage(page.nextSkip);
    }
    add(page, read(record));
  }
  if (!whole.value) throw new DamagedFileError(`${shortName(object)} ended too early`);
  yield { ...page, endsFile: { ...whole.value, fileNo } };
  return page.nextSkip;
}

async function readerOf(first: AvroRecord, query: CustomerFilesQuery): Promise<RecordReader> {
  const { read, missing } = recordReader(first, query.attributes, query.metadata);
  if (missing.length > 0) await query.onMissing(missing);
  return read;
}

async function* records(
  storage: StorageOptions,
  object: StoredObject,
  whole: { value: Downloaded | null },
): AsyncGenerator<AvroRecord> {
  const decoder = avroDecoder();
  // A decoder that met one fault may report the next; nobody listens then.
  decoder.on('error', () => undefined);
  // The decoder is destroyed with the error of the download, which ends the loop below.
  pipeline(bytes(storage, object, whole), decoder, () => undefined);
  try {
    for await (const record of decoder) yield record as AvroRecord;
  } catch (error) {
    if (error instanceof AppError) throw error;
    // What the decoder says is dropped, because it may quote the data.
    throw new DamagedFileError(`${shortName(object)} cannot be read as an Avro file`);
  }
}

async function* bytes(
  storage: StorageOptions,
  object: StoredObject,
  whole: { value: Downloaded | null },
): AsyncGenerator<Buffer> {
  whole.value = yield* download(storage, object);
}

/** Optimove API: `customers_fileNNN.deflate.avro`, from 001 on, with more digits from 1,000 on. */
function customerFile(
  { bucket, customersFolder, decryptionKey }: EngagementAnnouncement,
  fileNo: number,
): StoredObject {
  const name = `${customersFolder}/customers_file${String(fileNo).padStart(3, '0')}.deflate.avro`;
  return { bucket, name, decryptionKey };
}

function emptyPage(skip: number): FilePage {
  return { skip, nextSkip: skip, received: 0, rows: [], malformed: [], endsFile: null };
}

function add(page: FilePage, result: ReturnType<RecordReader>): void {
  page.received += 1;
  page.nextSkip += 1;
  if ('row' in result) page.rows.push(result.row);
  else page.malformed.push(result.malformed);
}
