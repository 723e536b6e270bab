import { type SpawnOptions, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { EmbeddedServerError } from './errors';

/** Whom the server runs as: null when it may run as ourselves. */
export interface Account {
  uid: number;
  gid: number;
}

const candidates = ['postgres', '_postgres', 'nobody', 'daemon'];

/**
 * PostgreSQL refuses to run as root, so root lends it an existing unprivileged account: the owner of the data where
 * there is some already, else the first known one. No account is created.
 */
export function chooseAccount(clusterFolder: string): Account | null {
  if (process.getuid?.() !== 0) return null;
  const owner = statSync(clusterFolder, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const rows = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of candidates) {
    const row = rows.find(([account]) => account === name);
    if (row && Number(row[2]) > 0) return { uid: Number(row[2]), gid: Number(row[3]) };
  }
  throw new EmbeddedServerError(
    'ACCOUNT_MISSING',
    'PostgreSQL refuses to run as root and there is no account postgres, nobody or daemon to lend it: run this as an ordinary user, or set DATABASE_URL',
  );
}

/** Spawn options that make a child run as the account, in a small environment and a folder anybody may enter. */
export function runAs(account: Account | null): SpawnOptions {
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  return { ...account, env, cwd: '/' };
}

/** Whether a shell run as the account succeeds at `script`; its arguments are $1, $2 and so on. */
export function canDo(account: Account | null, script: string, args: string[]): boolean {
  return spawnSync('/bin/sh', ['-c', script, 'sh', ...args], { ...runAs(account), stdio: 'ignore' }).status === 0;
}
