// Every test: `npm test`. The unit tests begin together and the integration tests by area, which loads the modules once for
// each folder of files; the end-to-end tests run once more with the queues on Redis where there is one, and there with the
// PostgreSQL whose programs are in the folder OTHER_POSTGRES_BIN, where that is set.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { buildIfStale } from './build.mjs';

const root = join(import.meta.dirname, '..');
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const gathered = { unit: 'units', integration: 'areas' };
const named = process.argv.slice(2).map((name) => gathered[name] ?? name);
const projects = named.length > 0 ? named : ['units', 'architecture', 'areas', 'e2e'];

// Three files run at once even on two cores: they often wait for clocks, far ends and processes of their own.
const atOnce = Math.max(2, Math.floor(availableParallelism() / 2)) + 1;

buildIfStale();
const endToEnd = readEndToEnd();
// In one run, so that a file of another kind begins where the last one of a kind still goes on.
const runs = [run(['--selectProjects', ...projects]), ...(projects.includes('e2e') ? [onRedis()] : [])];
process.exit(runs.find((status) => status !== 0) ?? 0);

function onRedis() {
  if (!process.env.REDIS_URL && !hasRedisServer()) {
    console.log('\nRedis is left out: there is no redis-server on the path and no REDIS_URL.');
    return 0;
  }
  const again = endToEnd.filter(({ reason }) => reason === null);
  console.log(
    `\nWith the queues on Redis, ${again.length} of ${endToEnd.length} files of end-to-end tests. Not again:`,
  );
  for (const { name, reason } of endToEnd) if (reason !== null) console.log(`  ${name}: ${reason}`);
  const paths = again.map(({ path }) => path);
  const { OTHER_POSTGRES_BIN: other } = process.env;
  if (other) console.log(`With PostgreSQL of ${other}.`);
  return run(['--selectProjects', 'e2e', '--runTestsByPath', ...paths], {
    QUEUE_TEST_BACKEND: 'redis',
    ...(other ? { TEST_POSTGRES_BIN: other } : {}),
  });
}

/** Each file, and the reason why it need not run on both queue back ends: its first line is `/** @once because … *\/`. */
function readEndToEnd() {
  const folder = join(root, 'test', 'e2e');
  const names = readdirSync(folder).filter((name) => name.endsWith('.e2e-spec.ts'));
  return names.map((name) => {
    const path = join(folder, name);
    const [first = ''] = readFileSync(path, 'utf8').split('\n', 1);
    if (!first.includes('@once')) return { name, path, reason: null };
    const reason = /^\/\*\* @once because (.*\w)\.? \*\/$/.exec(first)?.[1];
    if (!reason) throw new Error(`${path} says @once without "because" and a reason`);
    return { name, path, reason };
  });
}

function run(args, env = {}) {
  const done = spawnSync(process.execPath, [jest, ...args, `--maxWorkers=${atOnce}`], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return done.status ?? 1;
}

function hasRedisServer() {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'redis-server')));
}
