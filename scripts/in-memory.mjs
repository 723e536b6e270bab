// Runs a command with a folder in memory for the databases of tests: `node scripts/in-memory.mjs COMMAND [ARGUMENT…]`. Tests
// make and drop databases by the hundred, and a disk looks long for places in which no file was deleted of late. Where
// memory is scarce, or TEST_DATA already names a folder, the command runs without. What it makes for a while goes there, too.
// TEST_MEMORY: where instead of /dev/shm.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { join } from 'node:path';

const ours = 'xtremepush-optimove-test-';
const parent = process.env.TEST_MEMORY ?? '/dev/shm';
const roomBytes = 4 * 1024 ** 3;

const folder = process.env.TEST_DATA || !hasRoom() ? null : takeFolder();
const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, {
  stdio: 'inherit',
  env: folder ? { ...process.env, TEST_DATA: folder, TMPDIR: join(folder, 'tmp') } : process.env,
});
// What a terminal sends, the command gets by itself.
process.on('SIGINT', () => undefined);
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('error', (error) => leave(127, `${command}: ${error.message}`));
child.once('exit', (code) => leave(code ?? 1));

function leave(code, problem) {
  if (problem) console.error(problem);
  if (folder) remove(folder);
  process.exit(code);
}

function hasRoom() {
  try {
    const { bavail, bsize } = statfsSync(parent);
    return Math.min(bavail * bsize, process.availableMemory()) >= roomBytes;
  } catch {
    return false;
  }
}

/** A new one that the account of a database may enter; those of runs that were killed are gone then. */
function takeFolder() {
  for (const name of readdirSync(parent).filter((each) => each.startsWith(ours))) {
    const left = join(parent, name);
    if (isMine(left) && !isAlive(Number(name.slice(ours.length).split('-')[0]))) remove(left);
  }
  const made = mkdtempSync(join(parent, `${ours}${process.pid}-`));
  chmodSync(made, 0o755);
  mkdirSync(join(made, 'tmp'));
  chmodSync(join(made, 'tmp'), 0o1777);
  return made;
}

/** Another run may have removed its folder meanwhile. */
function isMine(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.uid === (process.getuid?.() ?? 0);
}

/** A database whose command was killed outlives it. */
function remove(path) {
  for (const name of existsSync(path) ? readdirSync(path) : []) endServer(join(path, name, 'cluster'));
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}

function endServer(cluster) {
  try {
    const pid = Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(cluster)) process.kill(pid, 'SIGQUIT');
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ESRCH'].includes(error.code)) throw error;
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
