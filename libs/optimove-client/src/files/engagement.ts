import type { OptimoveCallback } from '../callback';
import { isStorable, WireObject } from '../wire';

/** Where the files of an announced engagement are (event 14). */
export interface EngagementAnnouncement {
  engagementId: string;
  bucket: string;
  /** Object name without a slash at the end; may hold spaces. */
  customersFolder: string;
  metadataPath: string;
  /** Base64 of 32 bytes, a secret; null where the bucket is not encrypted with a key of the customer. */
  decryptionKey: string | null;
}

/** Optimove API: a key is mandatory for buckets with this in their name. */
const keyedBucket = 'external';
const keyBytes = 32;
const longestPath = 1_024;
const bucketName = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

/** Reads what event 14 adds to a callback; a text says what is missing. */
export function readEngagement({ parameters }: OptimoveCallback): EngagementAnnouncement | string {
  const wire = new WireObject(parameters);
  const engagementId = wire.id('EngagementID');
  const bucket = wire.text('BucketName');
  const folder = wire.text('CustomersFolderPath')?.replace(/\/+$/, '') ?? '';
  const metadataPath = wire.text('MetadataFilePath') ?? '';
  const decryptionKey = wire.text('DecryptionKey');
  if (engagementId === null || !isStorable(engagementId, 255)) return 'EngagementID is missing';
  if (bucket === null || !bucketName.test(bucket)) return 'BucketName is missing or is no name of a bucket';
  if (!isPath(folder)) return 'CustomersFolderPath is missing or is no name of an object';
  if (!isPath(metadataPath)) return 'MetadataFilePath is missing or is no name of an object';
  if (decryptionKey === null && bucket.includes(keyedBucket)) return `DecryptionKey is missing; ${bucket} needs one`;
  if (decryptionKey !== null && Buffer.from(decryptionKey, 'base64').length !== keyBytes) {
    return `DecryptionKey is not ${keyBytes} bytes in base64`;
  }
  return { engagementId, bucket, customersFolder: folder, metadataPath, decryptionKey };
}

/** Whether the files of a callback need a key, be it there or cleared. */
export function namesDecryptionKey({ parameters }: OptimoveCallback): boolean {
  return new WireObject(parameters).text('DecryptionKey') !== null;
}

/** The body without the key of its files, so that it can be kept and shown. */
export function withoutDecryptionKey(body: Buffer): Buffer {
  const text = body.toString('utf8');
  const cleared = text.replace(/("decryptionkey"\s*:\s*")(?:[^"\\]|\\.)*(")/gi, '$1***$2');
  return cleared === text ? body : Buffer.from(cleared);
}

function isPath(text: string): boolean {
  return text !== '' && isStorable(text, longestPath) && !/[\r\n]/.test(text);
}
