// For each invariant there are faults, kept as patches: applied to a copy of the house each must turn exactly the tests
// red that the manifest names, and leave the others of their file green. Two copies work the faults off beside each other.
// `node scripts/planted-faults.mjs [part of a name]`.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { applyPatch } from './apply-patch.mjs';
import { buildIfStale } from './build.mjs';

const require = createRequire(import.meta.url);
const begin = promisify(execFile);
const root = join(import.meta.dirname, '..');
const faults = join(root, 'test', 'planted-faults');
const work = join(root, '.cache', 'planted-faults');
const manifest = JSON.parse(readFileSync(join(faults, 'manifest.json'), 'utf8'));
const wanted = manifest.filter(({ patch }) => patch.includes(process.argv[2] ?? ''));
const leftOut = new Set(['node_modules', 'dist', '.git', '.cache', '.data']);
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const { projects } = require(join(root, 'jest.config.cjs'));
const compiled = join(root, '.cache', 'jest');
const copies = ['one', 'other'].map((name) => join(work, name));

buildIfStale();
const { startEmbeddedPostgres } = require(join(root, 'dist/libs/platform/src/embedded/index.js'));
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 400 };
const server = process.env.TEST_DATABASE_URL
  ? null
  : await startEmbeddedPostgres({ dataDir: join(process.env.TEST_DATA || join(root, '.cache'), 'test-pg'), settings });
const env = { ...process.env, TEST_DATABASE_URL: process.env.TEST_DATABASE_URL ?? server.url };

let failed = 0;
try {
  rmSync(work, { recursive: true, force: true });
  const left = [...wanted];
  await Promise.all(copies.map((copy) => workOff(copy, left)));
} finally {
  await server?.stop();
  rmSync(work, { recursive: true, force: true });
}
console.log(`Planted faults: ${wanted.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** Plants one of those that are left after the other, each once. */
async function workOff(copy, left) {
  if (left.length === 0) return;
  makeCopy(copy);
  for (let fault = left.shift(); fault; fault = left.shift()) {
    const started = Date.now();
    const problem = await plant(copy, fault);
    if (problem) failed += 1;
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    console.log(
      `${problem ? '✗' : '✓'} ${fault.patch} (invariant ${fault.invariant}), ${seconds} s${problem ? `: ${problem}` : ''}`,
    );
  }
}

/** Sources, tests and settings as they stand now, with the packages linked. */
function makeCopy(copy) {
  mkdirSync(copy, { recursive: true });
  for (const name of readdirSync(root).filter((each) => !leftOut.has(each) && !each.startsWith('dist.'))) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
}

/** Applies the patch, runs its test file, takes the patch back. Returns what is wrong, or null. */
async function plant(copy, { patch, project, file, red, needsBuild = false }) {
  let takeBack;
  try {
    takeBack = applyPatch(copy, readFileSync(join(faults, patch), 'utf8'));
  } catch (error) {
    return `the patch no longer applies: ${error.message}`;
  }
  try {
    if (needsBuild) await begin(process.execPath, [join(copy, 'scripts', 'build.mjs'), '--force'], { cwd: copy });
    return judge(await run(copy, { project, file }), red);
  } catch (error) {
    return error.message;
  } finally {
    takeBack();
  }
}

/** What jest found; in a file, because what is tested may write to the output as well. */
async function run(copy, { project, file }) {
  const found = `${copy}.json`;
  rmSync(found, { force: true });
  const config = JSON.stringify(configOf(copy, { project, file }));
  const args = ['--config', config, '--runInBand', '--json', '--outputFile', found, '--silent'];
  const done = await begin(process.execPath, [jest, ...args], { cwd: copy, env, maxBuffer: 1 << 26 }).catch(
    (error) => error,
  );
  try {
    return JSON.parse(readFileSync(found, 'utf8'));
  } catch {
    return { testResults: [], output: `${done.stdout}${done.stderr}`.slice(-2000) };
  }
}

/** The project with this file alone: nothing else is looked for, and the server is there already. */
function configOf(copy, { project, file }) {
  const {
    displayName: _name,
    globalSetup: _begin,
    globalTeardown: _end,
    ...own
  } = projects.find(({ displayName }) => displayName === project);
  const path = join(copy, file);
  return { ...own, rootDir: copy, roots: [dirname(path)], testMatch: [path], cacheDirectory: compiled };
}

function judge({ testResults, output }, red) {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  if (tests.length === 0) return `no test ran: ${output ?? testResults.map(({ message }) => message).join('\n')}`;
  const broken = tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
  const missing = red.filter((name) => !broken.includes(name));
  const others = broken.filter((name) => !red.includes(name));
  if (missing.length > 0) return `stayed green: ${missing.join('; ')}`;
  return others.length > 0 ? `turned red as well: ${others.join('; ')}` : null;
}
