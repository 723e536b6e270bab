import { closeSync, mkdirSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** What a host writes: one file for this run, and the one of the run before. */
export class LogFile {
  readonly path: string;

  constructor(folder: string, name: string) {
    this.path = join(folder, `${name}.log`);
    mkdirSync(folder, { recursive: true });
    keepPrevious(this.path, join(folder, `${name}.previous.log`));
  }

  /** Gives `use` a descriptor to append to. */
  withDescriptor<T>(use: (descriptor: number) => T): T {
    const descriptor = openSync(this.path, 'a', 0o600);
    try {
      return use(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  /** The last lines, indented for a message. */
  tail(lines = 10): string {
    const text = readFileSync(this.path, 'utf8').trimEnd();
    return text.split('\n').slice(-lines).join('\n  ');
  }
}

function keepPrevious(path: string, previous: string): void {
  try {
    renameSync(path, previous);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
