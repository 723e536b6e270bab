import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isSameProcess, startMark } from './processes';

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
  for (const name of names.filter((name) => !isOwnerAlive(join(users, name))))
    rmSync(join(users, name), { force: true });
  return readdirSync(users).length === 0;
}

/** What root makes in another account's folder stays usable for that account. */
function shareWithOwner(folder: string, path: string): void {
  const { uid, gid } = statSync(folder);
  chownSync(path, uid, gid);
}

function isOwnerAlive(entry: string): boolean {
  try {
    return isSameProcess(Number(basename(entry).split('-')[0]), readFileSync(entry, 'utf8'));
  } catch {
    return false;
  }
}
