import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fchownSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Account, runAs } from './account';
import type { Binaries } from './binaries';
import { EmbeddedServerError } from './errors';

/** One server's files: everything of it lives in `folder`, its database cluster in `cluster`. */
export interface ServerFiles {
  folder: string;
  cluster: string;
  password: string;
  log: string;
}

/** Names the files of a server inside its folder. */
export function serverFiles(folder: string): ServerFiles {
  const inside = (name: string): string => join(folder, name);
  return { folder, cluster: inside('cluster'), password: inside('password'), log: inside('server.log') };
}

/**
 * Makes the database cluster when there is none. It is built beside its place and renamed, so that one whose making was
 * interrupted is never mistaken for a finished one.
 */
export function ensureCluster(files: ServerFiles, options: ClusterOptions): void {
  if (existsSync(files.cluster)) return;
  const draft = `${files.cluster}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  chmodSync(draft, 0o700);
  if (options.account) chownSync(draft, options.account.uid, options.account.gid);
  writeOwn(files.password, randomBytes(24).toString('base64url'), options.account);
  initialise(draft, files, options);
  renameSync(draft, files.cluster);
}

interface ClusterOptions {
  account: Account | null;
  binaries: Binaries;
  isDurable: boolean;
}

function initialise(draft: string, files: ServerFiles, { account, binaries, isDurable }: ClusterOptions): void {
  const options = ['-D', draft, '-U', 'postgres', `--pwfile=${files.password}`, '--auth=scram-sha-256', '-E', 'UTF8'];
  const sync = isDurable ? [] : ['--no-sync'];
  const result = spawnSync(binaries.initdb, [...options, ...binaries.locale, ...sync], {
    ...runAs(account),
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (result.status === 0) return;
  throw new EmbeddedServerError(
    'START_FAILED',
    `The embedded PostgreSQL could not make its data in ${files.folder}: ${result.stderr?.trim() || result.error?.message}`,
  );
}

/** The server's password. @throws when the folder belongs to another account. */
export function readPassword(files: ServerFiles): string {
  try {
    return readFileSync(files.password, 'utf8').trim();
  } catch (error) {
    throw new EmbeddedServerError(
      'FOLDER_UNUSABLE',
      `${files.password} cannot be read (${(error as NodeJS.ErrnoException).code}): the data belongs to another account; start as that account, or remove ${files.folder} to begin anew`,
    );
  }
}

/** Opens the server's log, emptied; the descriptor is the caller's to close. */
export function openLog(files: ServerFiles, account: Account | null): number {
  return openOwn(files.log, account);
}

function writeOwn(path: string, text: string, account: Account | null): void {
  const file = openOwn(path, account);
  writeSync(file, text);
  closeSync(file);
}

function openOwn(path: string, account: Account | null): number {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND, O_NOFOLLOW } = constants;
  const file = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW, 0o600);
  fchmodSync(file, 0o600);
  if (account) fchownSync(file, account.uid, account.gid);
  return file;
}
