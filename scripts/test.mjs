// Every test: `npm test`. The files that go through a queue run once more on Redis where there is one.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { buildIfStale } from './build.mjs';

const root = join(import.meta.dirname, '..');
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const projects = process.argv.slice(2);
// Files of end-to-end tests mostly wait for processes of their own, so two run at once even on two cores.
const atOnce = Math.max(2, Math.floor(availableParallelism() / 2));
const runsOnRedis = projects.length === 0 || projects.includes('e2e');

await buildIfStale();
const first = run([
  '--selectProjects',
  ...(projects.length > 0 ? projects : ['unit', 'architecture', 'integration', 'e2e']),
]);
process.exit(first || (runsOnRedis ? onRedis() : 0));

function onRedis() {
  if (!process.env.REDIS_URL && !hasRedisServer()) {
    console.log('\nRedis is left out: there is no redis-server on the path and no REDIS_URL.');
    return 0;
  }
  console.log('\nThe same main job with the queues on Redis:');
  return run(['--selectProjects', 'e2e'], { QUEUE_TEST_BACKEND: 'redis' });
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
