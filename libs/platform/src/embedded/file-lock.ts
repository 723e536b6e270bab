import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { EmbeddedServerError } from './errors';
import { isSameProcess, startMark, waitUntil } from './processes';

const lockWaitMs = 90_000;

/**
 * Takes a lock file that says which process holds it; the lock of a process that is gone does not count.
 * @returns null when it was taken, else the id of the process that holds it.
 */
export function tryLock(path: string): number | null {
  const mine = `${process.pid}-${startMark(process.pid)}`;
  const draft = `${path}-${mine}-${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, mine);
  try {
    // A link appears with its content, so that nobody ever reads a lock without an owner.
    if (link(draft, path)) return null;
    const holder = readHolder(path);
    if (holder && isSameProcess(holder.pid, holder.mark)) return holder.pid;
    rmSync(path, { force: true });
    return link(draft, path) ? null : (readHolder(path)?.pid ?? 0);
  } finally {
    rmSync(draft);
  }
}

/** Gives the lock back. */
export function unlock(path: string): void {
  rmSync(path, { force: true });
}

/** Runs `work` while no other process holds the lock file. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  if (!(await waitUntil(() => tryLock(path) === null, lockWaitMs))) {
    throw new EmbeddedServerError(
      'START_FAILED',
      `Another process is still starting or stopping the server (${path}); if there is none, remove that file`,
    );
  }
  try {
    return await work();
  } finally {
    unlock(path);
  }
}

function link(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): { pid: number; mark: string } | null {
  try {
    const [pid, mark = ''] = readFileSync(path, 'utf8').split('-');
    return { pid: Number(pid), mark };
  } catch {
    return null;
  }
}
