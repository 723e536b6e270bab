import { OptimoveFileError } from '../errors';
import { type CustomerFilesQuery, customerPages, type FilePage } from './customer-pages';
import { download } from './download';
import type { EngagementAnnouncement } from './engagement';
import { type EngagementMetadata, parseMetadata } from './metadata';
import type { StorageOptions } from './object-request';

const largestMetadata = 4 * 1024 * 1024;

/** Reads what Optimove put into its storage for an engagement. */
export class OptimoveStorage {
  constructor(private readonly options: StorageOptions) {}

  /** The metadata file. @throws {OptimoveError} */
  async readMetadata(announcement: EngagementAnnouncement): Promise<EngagementMetadata> {
    const { bucket, metadataPath: name, decryptionKey } = announcement;
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of download(this.options, { bucket, name, decryptionKey })) {
      size += part.length;
      if (size > largestMetadata) throw new OptimoveFileError(`The metadata file is over ${largestMetadata} bytes`);
      parts.push(part);
    }
    return parseMetadata(Buffer.concat(parts).toString('utf8'));
  }

  /** The customers, page by page; see {@link customerPages}. @throws {OptimoveError} */
  customerPages(query: CustomerFilesQuery): AsyncGenerator<FilePage> {
    return customerPages(this.options, query);
  }
}

/** A reader of Optimove's storage. Nothing is sent before the first call. */
export function createOptimoveStorage(options: StorageOptions): OptimoveStorage {
  return new OptimoveStorage(options);
}
