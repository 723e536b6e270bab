// For each invariant one fault, kept as a patch: applied to a copy of the house it must turn exactly the tests red that
// the manifest names, and leave the others of their file green. `node scripts/planted-faults.mjs [part of a name]`.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { applyPatch } from './apply-patch.mjs';
import { buildIfStale } from './build.mjs';

const root = join(import.meta.dirname, '..');
const faults = join(root, 'test', 'planted-faults');
const copy = join(root, '.cache', 'planted-faults');
const found = join(copy, 'found.json');
const manifest = JSON.parse(readFileSync(join(faults, 'manifest.json'), 'utf8'));
const wanted = manifest.filter(({ patch }) => patch.includes(process.argv[2] ?? ''));
const leftOut = new Set(['node_modules', 'dist', '.git', '.cache', '.data']);
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const compiled = join(root, '.cache', 'jest');

buildIfStale();
makeCopy();
const { startEmbeddedPostgres } = createRequire(import.meta.url)(
  join(root, 'dist/libs/platform/src/embedded/index.js'),
);
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 400 };
const server = process.env.TEST_DATABASE_URL
  ? null
  : await startEmbeddedPostgres({ dataDir: join(root, '.cache', 'test-pg'), settings });
const env = { ...process.env, TEST_DATABASE_URL: process.env.TEST_DATABASE_URL ?? server.url };

let failed = 0;
try {
  for (const fault of wanted) {
    const started = Date.now();
    const problem = plant(fault);
    if (problem) failed += 1;
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    console.log(
      `${problem ? '✗' : '✓'} ${fault.patch} (invariant ${fault.invariant}), ${seconds} s${problem ? `: ${problem}` : ''}`,
    );
  }
} finally {
  await server?.stop();
  rmSync(copy, { recursive: true, force: true });
}
console.log(`Planted faults: ${wanted.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** Sources, tests and settings as they stand now, with the packages linked. */
function makeCopy() {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const name of readdirSync(root).filter((each) => !leftOut.has(each) && !each.startsWith('dist.'))) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
}

/** Applies the patch, runs its test file, takes the patch back. Returns what is wrong, or null. */
function plant({ patch, project, file, red, needsBuild = false }) {
  let takeBack;
  try {
    takeBack = applyPatch(copy, readFileSync(join(faults, patch), 'utf8'));
  } catch (error) {
    return `the patch no longer applies: ${error.message}`;
  }
  try {
    if (needsBuild) execFileSync(process.execPath, [join(copy, 'scripts', 'build.mjs'), '--force'], { cwd: copy });
    return judge(run(project, file), red);
  } finally {
    takeBack();
  }
}

/** What jest found; in a file, because what is tested may write to the output as well. */
function run(project, file) {
  rmSync(found, { force: true });
  const args = [
    '--selectProjects',
    project,
    '--testPathPatterns',
    file,
    '--json',
    '--outputFile',
    found,
    '--silent',
    '--cacheDirectory',
    compiled,
  ];
  const done = spawnSync(process.execPath, [jest, ...args], { cwd: copy, encoding: 'utf8', env, maxBuffer: 1 << 26 });
  try {
    return JSON.parse(readFileSync(found, 'utf8'));
  } catch {
    return { testResults: [], output: `${done.stdout}${done.stderr}`.slice(-2000) };
  }
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
