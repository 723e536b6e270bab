import { randomBytes } from 'node:crypto';
import { chownSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedServerError } from './errors';
import { isAlive, startMark, waitUntil } from './processes';

const lockWaitMs = 90_000;

/** Registers this process as a user of the server kept in `folder`; returns its entry. */
export function enter(folder: string): string {
  const users = join(folder, 'users');
  mkdirSync(users, { recursive: true });
  if (process.getuid?.() === 0) shareWithOwner(folder, users);
  const entry = join(users, `${process.pid}-${randomBytes(4).toString('hex')}`);
  writeFileSync(entry, startMark(process.pid));
  return entry;
}

/** Removes an entry; returns whether no living process uses the server any more. */
export function leave(folder: string, entry: string): boolean {
  rmSync(entry, { force: true });
  const users = join(folder, 'users');
  const names = readdirSync(users);
  for (const name of names.filter((name) => !isOwnerAlive(join(users, name)))) rmSync(join(users, name));
  return readdirSync(users).length === 0;
}

/** Runs `work` while no other process starts or stops the server kept in `folder`. */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = join(folder, 'lock');
  const mine = `${process.pid}-${startMark(process.pid)}`;
  if (!(await waitUntil(() => tryLock(lock, mine), lockWaitMs))) {
    throw new EmbeddedServerError(
      'START_FAILED',
      `Another process is still starting or stopping the server (${lock}); if there is none, remove that file`,
    );
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryLock(lock: string, mine: string): boolean {
  const draft = `${lock}-${mine}-${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, mine);
  try {
    // A link appears with its content, so that nobody ever reads a lock without an owner.
    linkSync(draft, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    removeDeadLock(lock);
    return false;
  } finally {
    rmSync(draft);
  }
}

function removeDeadLock(lock: string): void {
  const [pid, mark] = readOrEmpty(lock).split('-');
  if (pid && !isSameProcess(Number(pid), mark ?? '')) rmSync(lock, { force: true });
}

/** What root makes in another account's folder stays usable for that account. */
function shareWithOwner(folder: string, path: string): void {
  const { uid, gid } = statSync(folder);
  chownSync(path, uid, gid);
}

function isOwnerAlive(entry: string): boolean {
  const pid = Number(entry.slice(entry.lastIndexOf('/') + 1).split('-')[0]);
  return isSameProcess(pid, readOrEmpty(entry));
}

function isSameProcess(pid: number, mark: string): boolean {
  return isAlive(pid) && startMark(pid) === mark;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
