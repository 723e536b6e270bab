import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Account, canDo } from './account';
import { EmbeddedServerError } from './errors';

const ours = 'xtremepush-optimove';

/**
 * The folder that holds the server's data: `dataDir` itself, or, where the account cannot reach it (a repository below
 * a private home), one under /var/lib, named in the file `location` inside `dataDir`.
 */
export function dataFolder(dataDir: string, chooseFor: (folder: string) => Account | null): string {
  const wanted = resolve(dataDir);
  mkdirSync(wanted, { recursive: true });
  assertWritable(wanted);
  const pointer = join(wanted, 'location');
  if (existsSync(pointer)) return readFileSync(pointer, 'utf8').trim();
  const account = chooseFor(wanted);
  if (account) chmodSync(wanted, 0o755);
  if (canDo(account, 'cd "$1"', [wanted])) return wanted;
  const name = `data-${createHash('sha256').update(wanted).digest('hex').slice(0, 16)}`;
  const folder = join(sharedFolder(['/var/lib', '/var/tmp', tmpdir()], account), name);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  assertTrusted(folder);
  writeFileSync(pointer, `${folder}\n`);
  return folder;
}

function assertWritable(folder: string): void {
  if (canDo(null, 'test -w "$1"', [folder])) return;
  throw new EmbeddedServerError(
    'FOLDER_UNUSABLE',
    `${folder} belongs to another account: start as that account, remove the folder to begin anew, or set DATABASE_URL`,
  );
}

/** A folder of ours under the first of the parents that exists and that the account can reach. */
export function sharedFolder(parents: string[], account: Account | null): string {
  for (const parent of parents) {
    if (!canDo(account, 'cd "$1"', [parent]) || !canDo(null, 'test -w "$1"', [parent])) continue;
    const folder = join(parent, account ? ours : `${ours}-${process.getuid?.() ?? 'user'}`);
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    assertTrusted(folder);
    return folder;
  }
  throw new EmbeddedServerError(
    'FOLDER_UNUSABLE',
    `None of ${parents.join(', ')} can hold the embedded PostgreSQL: set DATABASE_URL`,
  );
}

/** Refuses a folder that somebody else made or may change, because we are going to run programs from it. */
function assertTrusted(folder: string): void {
  const info = lstatSync(folder);
  const isOurs = info.isDirectory() && info.uid === (process.getuid?.() ?? info.uid);
  if (!isOurs) {
    throw new EmbeddedServerError('FOLDER_UNUSABLE', `${folder} is not a folder of this account: remove it`);
  }
  chmodSync(folder, 0o755);
}
