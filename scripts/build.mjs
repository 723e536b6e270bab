// Compiles the whole house into dist when a source is newer than the last build. `--force` always compiles.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'dist', '.built');
const sources = ['src', 'apps', 'libs', 'migrations'];

function newest(path) {
  const info = statSync(path);
  if (!info.isDirectory()) return info.mtimeMs;
  return readdirSync(path).reduce((max, name) => Math.max(max, newest(join(path, name))), info.mtimeMs);
}

/** Builds when stale; returns whether it compiled. Throws with the compiler's output when it fails. */
export function buildIfStale(force = false) {
  const inputs = [...sources, '.swcrc', 'package-lock.json'].map((name) => join(root, name));
  const isFresh = existsSync(stamp) && inputs.every((path) => newest(path) <= statSync(stamp).mtimeMs);
  if (isFresh && !force) return false;
  const started = new Date();
  // Compiled beside its place and swapped in: a failed build, or one that runs beside us, leaves a whole dist behind.
  const draft = `dist.${process.pid}`;
  const swc = join(root, 'node_modules', '@swc', 'cli', 'bin', 'swc.js');
  const result = spawnSync(
    process.execPath,
    [swc, ...sources, '-d', draft, '--config-file', '.swcrc', '--copy-files', '--quiet'],
    { cwd: root, encoding: 'utf8' },
  );
  if (result.status !== 0) {
    rmSync(join(root, draft), { recursive: true, force: true });
    throw new Error(`The build failed:\n${result.stdout}${result.stderr}`);
  }
  writeFileSync(join(root, draft, '.built'), '');
  utimesSync(join(root, draft, '.built'), started, started);
  swapIn(join(root, draft));
  return true;
}

function swapIn(draft) {
  const old = `${draft}.old`;
  const target = join(root, 'dist');
  while (existsSync(draft)) {
    try {
      if (existsSync(target)) renameSync(target, old);
      renameSync(draft, target);
    } catch (error) {
      // Another build was faster between the two renames; ours goes on top of it.
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    }
    rmSync(old, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const started = Date.now();
  const built = buildIfStale(process.argv.includes('--force'));
  console.log(built ? `Built in ${((Date.now() - started) / 1000).toFixed(1)} s` : 'Nothing to build');
}
