import { setTimeout as pause } from 'node:timers/promises';
import { OptimoveFileError, OptimoveRateLimitedError, OptimoveUnavailableError } from '../errors';
import { Crc32c } from './crc32c';
import { networkError, requestObject, type StorageOptions, type StoredObject, shortName } from './object-request';

const defaultRetries = 4;
const defaultBackoffMs = 500;

/** What was downloaded, known when it is whole. */
export interface Downloaded {
  bytes: number;
  /** Base64. */
  crc32c: string;
}

/** The bytes are not those that the storage announced; another try may give them. */
export class DamagedFileError extends OptimoveFileError {}

/**
 * The bytes of an object. A connection that breaks is resumed where it broke, in the same version of the object.
 * The end is reached only when the checksum agrees. @throws {DamagedFileError} otherwise. @throws {OptimoveError}
 */
export async function* download(options: StorageOptions, object: StoredObject): AsyncGenerator<Buffer, Downloaded> {
  const state: Progress = { bytes: 0, generation: null, crc32c: null, hash: new Crc32c() };
  const retries = options.retries ?? defaultRetries;
  for (let fruitless = 0; ; ) {
    const before = state.bytes;
    try {
      yield* rest(options, object, state);
      return verified(object, state);
    } catch (error) {
      if (!(error instanceof OptimoveUnavailableError || error instanceof OptimoveRateLimitedError)) throw error;
      fruitless = state.bytes > before ? 0 : fruitless + 1;
      if (fruitless > retries) throw error;
    }
    await pause((options.backoffMs ?? defaultBackoffMs) * 2 ** fruitless);
  }
}

interface Progress {
  bytes: number;
  generation: string | null;
  crc32c: string | null;
  hash: Crc32c;
}

async function* rest(options: StorageOptions, object: StoredObject, state: Progress): AsyncGenerator<Buffer> {
  const part = await requestObject(options, object, { from: state.bytes, generation: state.generation });
  state.generation ??= part.generation;
  state.crc32c ??= part.crc32c;
  // A server that knows no ranges gives what we already have once more.
  let known = state.bytes - part.from;
  try {
    for await (const piece of part.body) {
      const fresh = piece.subarray(Math.min(known, piece.length));
      known -= piece.length - fresh.length;
      if (fresh.length === 0) continue;
      state.hash.add(fresh);
      state.bytes += fresh.length;
      yield fresh;
    }
  } catch (cause) {
    throw networkError(object, cause);
  } finally {
    part.body.destroy();
  }
}

function verified(object: StoredObject, { hash, crc32c, bytes }: Progress): Downloaded {
  const found = hash.digest();
  if (crc32c === null) {
    throw new OptimoveFileError(`The storage gave no checksum (x-goog-hash: crc32c) for ${shortName(object)}`);
  }
  if (found === crc32c) return { bytes, crc32c };
  throw new DamagedFileError(`${shortName(object)} is damaged: its checksum is ${found} and should be ${crc32c}`);
}
