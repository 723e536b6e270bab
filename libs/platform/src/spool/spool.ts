import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AppError, newId } from '@libs/foundation';
import { abandonedFiles, claim, spoolFileName } from './spool-files';
import { SpoolWriter } from './spool-writer';

/** Where the files are and how much they may hold. */
export interface SpoolOptions {
  folder: string;
  /** Files of other purposes may be in the same folder. */
  prefix: string;
  /** All files of this purpose together. */
  maxBytes: number;
}

/** The files hold as much as they may. */
export class SpoolFullError extends AppError {
  readonly code = 'SPOOL_FULL';
  readonly retryable = true;
}

const batchSize = 100;

/**
 * Keeps small records on the disk while the database is away. What {@link keep} has resolved for survives a power cut;
 * {@link drain} hands everything on at least once, also what processes that are gone have left.
 */
export class Spool {
  private readonly writer: SpoolWriter;
  private used: Promise<{ bytes: number }> | null = null;
  private draining: Promise<number> | null = null;

  constructor(private readonly options: SpoolOptions) {
    this.writer = new SpoolWriter(options.folder, options.prefix);
  }

  /** Resolves when the record is on the disk. @throws {SpoolFullError} */
  async keep(record: object): Promise<void> {
    const line = JSON.stringify(record);
    this.used ??= this.measure();
    const used = await this.used;
    if (used.bytes + line.length > this.options.maxBytes) {
      // Somebody may make room.
      this.used = null;
      throw new SpoolFullError(`The spool in ${this.options.folder} holds ${used.bytes} bytes and may not hold more`);
    }
    used.bytes += line.length + 1;
    await this.writer.append(line);
  }

  /**
   * Hands the records on, oldest file first, at most 100 at once; a file is removed when all of it was taken. A line
   * that was cut off by a crash is left out: nobody was told that it is kept.
   * @returns how many were handed on. @throws what `take` throws; the rest stays.
   */
  drain(take: (records: unknown[]) => Promise<void>): Promise<number> {
    this.draining ??= this.drainAll(take).finally(() => {
      this.draining = null;
    });
    return this.draining;
  }

  private async drainAll(take: (records: unknown[]) => Promise<void>): Promise<number> {
    const { folder, prefix } = this.options;
    const names = await abandonedFiles(folder, prefix);
    if (names.length === 0) return 0;
    if (this.writer.current !== null) await this.writer.finishFile();
    let count = 0;
    for (const name of names) {
      const path = await claim(folder, name, spoolFileName(prefix, newId()));
      if (path) count += await drainFile(path, take);
    }
    this.used = null;
    return count;
  }

  private async measure(): Promise<{ bytes: number }> {
    const { folder, prefix } = this.options;
    const names = await readdir(folder).catch(() => [] as string[]);
    const sizes = names
      .filter((name) => name.startsWith(`${prefix}~`))
      .map((name) =>
        stat(join(folder, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      );
    return { bytes: (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) };
  }
}

async function drainFile(path: string, take: (records: unknown[]) => Promise<void>): Promise<number> {
  let count = 0;
  let batch: unknown[] = [];
  const hand = async (): Promise<void> => {
    if (batch.length > 0) await take(batch);
    count += batch.length;
    batch = [];
  };
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    const record = parse(line);
    if (record === undefined) continue;
    batch.push(record);
    if (batch.length === batchSize) await hand();
  }
  await hand();
  await rm(path, { force: true });
  return count;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
