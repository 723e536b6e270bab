import { createHash } from 'node:crypto';
import { redactText } from '@libs/foundation';
import { type Dispatcher, getGlobalDispatcher } from 'undici';
import {
  OptimoveFileError,
  OptimoveRateLimitedError,
  OptimoveRejectedError,
  OptimoveUnauthorizedError,
  OptimoveUnavailableError,
} from '../errors';

/** Access tokens that are kept as long as they are good. */
export interface StorageTokens {
  get(): Promise<string>;
  /** Forgets one that was refused. */
  drop(token: string): void;
}

/** How the storage of the files is reached. */
export interface StorageOptions {
  /** Base address of Google's JSON API for storage, such as `https://storage.googleapis.com/storage/v1`. */
  url: string;
  /** Makes the connections; undici's global one when absent. */
  dispatcher?: Dispatcher;
  /** Tokens of the identity that was granted access to the bucket; without them calls are anonymous. */
  accessTokens?: StorageTokens;
  /** Longest silence in ms; 60,000 when absent. */
  timeoutMs?: number;
  /** Further tries in a row that bring nothing; 4 when absent. */
  retries?: number;
  /** First wait before a further try in ms; it doubles. 500 when absent. */
  backoffMs?: number;
}

/** An object of a bucket. */
export interface StoredObject {
  bucket: string;
  name: string;
  /** Base64; null for an object that is not encrypted with a key of the customer. */
  decryptionKey: string | null;
}

/** The part of an object from a byte on. */
export interface ObjectPart {
  body: AsyncIterable<Buffer> & { destroy(): void };
  /** Bytes of the object before this part. */
  from: number;
  /** Version of the object. */
  generation: string | null;
  /** CRC-32C of the whole object in base64. */
  crc32c: string | null;
}

/** Where to read on. */
interface Place {
  from: number;
  generation: string | null;
}

const defaultTimeoutMs = 60_000;
const longestMessage = 4_096;
const notOfTheNetwork = new Set(['OUTBOUND_REFUSED', 'UND_ERR_INVALID_ARG']);

/** Asks for an object from a byte on, with a fresh token where a kept one is refused. @throws {OptimoveError} */
export async function requestObject(options: StorageOptions, object: StoredObject, at: Place): Promise<ObjectPart> {
  const answer = await authorized(options, object, at);
  if (answer.statusCode !== 200 && answer.statusCode !== 206) {
    throw errorOf(object, answer.statusCode, await answer.body.text().catch(() => ''));
  }
  return {
    body: answer.body,
    from: answer.statusCode === 206 ? at.from : 0,
    generation: header(answer.headers, 'x-goog-generation'),
    crc32c: /(?:^|[,\s])crc32c=([^,\s]+)/.exec(header(answer.headers, 'x-goog-hash') ?? '')?.[1] ?? null,
  };
}

/** A kept token may be revoked, or seem good by a clock that was set back: only a fresh one is refused for good. */
async function authorized(options: StorageOptions, object: StoredObject, at: Place): Promise<Dispatcher.ResponseData> {
  const { accessTokens } = options;
  if (!accessTokens) return exchange(options, object, at);
  const token = await accessTokens.get();
  const answer = await exchange(options, object, { ...at, token });
  if (answer.statusCode !== 401) return answer;
  await answer.body.dump().catch(() => undefined);
  accessTokens.drop(token);
  return exchange(options, object, { ...at, token: await accessTokens.get() });
}

async function exchange(
  options: StorageOptions,
  object: StoredObject,
  { from, generation, token }: Place & { token?: string },
): Promise<Dispatcher.ResponseData> {
  const { bucket, name } = object;
  // The whole name is one segment: its slashes and spaces are encoded.
  const path = `${options.url.replace(/\/$/, '')}/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;
  const url = new URL(`${path}?alt=media${generation === null ? '' : `&generation=${generation}`}`);
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  try {
    return await (options.dispatcher ?? getGlobalDispatcher()).request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      headers: {
        ...keyHeaders(object.decryptionKey),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(from === 0 ? {} : { range: `bytes=${from}-` }),
      },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  } catch (cause) {
    throw networkError(object, cause);
  }
}

/** Google Cloud Storage: a customer-supplied key goes along with every read, beside its hash. */
function keyHeaders(decryptionKey: string | null): Record<string, string> {
  if (decryptionKey === null) return {};
  return {
    'x-goog-encryption-algorithm': 'AES256',
    'x-goog-encryption-key': decryptionKey,
    'x-goog-encryption-key-sha256': createHash('sha256').update(Buffer.from(decryptionKey, 'base64')).digest('base64'),
  };
}

/** What a fault of the network is to the caller. */
export function networkError(object: StoredObject, cause: unknown): unknown {
  const { code, message } = cause as { code?: string; message?: string };
  if (notOfTheNetwork.has(code ?? '')) return cause;
  return new OptimoveUnavailableError(`The storage did not give ${shortName(object)}: ${code ?? message}`, { cause });
}

/** The name without its folder. */
export function shortName({ name }: StoredObject): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

function errorOf(object: StoredObject, status: number, text: string): Error {
  const name = shortName(object);
  const message = `The storage answered ${name} with ${status}: ${quote(object, text)}`;
  if (status === 404) return new OptimoveFileError(`${name} is not in the bucket, or was replaced while it was read`);
  if (status === 416) return new OptimoveFileError(`${name} is shorter than what was already read of it`);
  if (status === 401 || status === 403) {
    return new OptimoveUnauthorizedError(`${message}. Optimove must grant our Google identity access`, 403);
  }
  if (status === 429) return new OptimoveRateLimitedError(message, null);
  if (status === 408 || status >= 500) return new OptimoveUnavailableError(message);
  return new OptimoveRejectedError(message, status);
}

function quote({ decryptionKey, bucket }: StoredObject, text: string): string {
  const words = messageIn(text.slice(0, longestMessage)).replaceAll(bucket, '***');
  const safe = decryptionKey === null ? words : words.replaceAll(decryptionKey, '***');
  return redactText(safe).trim().slice(0, 200) || 'no text';
}

function messageIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } };
    return typeof error?.message === 'string' ? error.message : '';
  } catch {
    return /^\s*[[{<]/.test(text) ? '' : text;
  }
}

function header(headers: Dispatcher.ResponseData['headers'], name: string): string | null {
  const value = headers[name];
  return value === undefined ? null : [value].flat().join(',');
}
