import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '@libs/foundation';
import { spoolFileName } from './spool-files';

interface Waiting {
  line: string;
  resolve(): void;
  reject(error: unknown): void;
}

interface OpenFile {
  handle: FileHandle;
  path: string;
  name: string;
  inode: number;
}

/** Appends lines to a file of this process; lines that come together share one write to the disk. */
export class SpoolWriter {
  private waiting: Waiting[] = [];
  private work: Promise<void> = Promise.resolve();
  private file: OpenFile | null = null;

  constructor(
    private readonly folder: string,
    private readonly prefix: string,
  ) {}

  /** Name of the file that is written to now, or null. */
  get current(): string | null {
    return this.file?.name ?? null;
  }

  /** Resolves when the line is on the disk. */
  append(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ line, resolve, reject });
      if (this.waiting.length === 1) this.work = this.work.then(() => this.flush());
    });
  }

  /** Nothing more is written to the current file. */
  finishFile(): Promise<void> {
    this.work = this.work.then(() => this.close());
    return this.work;
  }

  private async flush(): Promise<void> {
    const batch = this.waiting;
    this.waiting = [];
    try {
      await this.write(batch.map(({ line }) => line));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      await this.close().catch(() => undefined);
      for (const { reject } of batch) reject(error);
    }
  }

  private async write(lines: string[]): Promise<void> {
    const file = this.file ?? (await this.openFile());
    await file.handle.appendFile(`${lines.join('\n')}\n`);
    await file.handle.datasync();
    // Another process may have taken us for dead and emptied the file in this very moment.
    if ((await stat(file.path).catch(() => null))?.ino === file.inode) return;
    await this.close();
    await this.write(lines);
  }

  private async openFile(): Promise<OpenFile> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const name = spoolFileName(this.prefix, newId());
    const path = join(this.folder, name);
    const handle = await open(path, 'ax', 0o600);
    const { ino: inode } = await handle.stat();
    this.file = { handle, path, name, inode };
    await syncFolder(this.folder);
    return this.file;
  }

  private async close(): Promise<void> {
    const file = this.file;
    this.file = null;
    await file?.handle.close();
  }
}

/** Without it a power cut may forget that there is such a file. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
