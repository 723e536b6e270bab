import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from '../support/eventually';

const root = join(__dirname, '..', '..');

/** Runs a script of checks as `.ci/run` is one. */
function run(checks: string, env: Record<string, string> = {}): { process: ChildProcess; output: () => string } {
  const child = spawn('bash', ['-c', `set -euo pipefail\n. .ci/checks.sh\n${checks}\nfinish`], {
    cwd: root,
    env: { ...process.env, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()));
  return { process: child, output: () => output };
}

async function ended({
  process,
  output,
}: ReturnType<typeof run>): Promise<{ code: number; output: string; last: string }> {
  const [code] = await once(process, 'close');
  return { code, output: output(), last: output().trimEnd().split('\n').at(-1) ?? '' };
}

const hanging = `one() { whole 'good' true; whole 'stuck' stuck; whole 'never begun' true; }
  stuck() { echo got so far; sleep 987 | cat; }
  two() { whole 'bad' false; }
  beside one two`;

describe('the checks of CI', () => {
  it('are counted, and one that failed is named and fails them all', async () => {
    expect(await ended(run("check 'a' true; check 'b' true"))).toMatchObject({ code: 0, last: '2 passed, 0 failed' });
    const { code, output, last } = await ended(run("check 'a' true; check 'b' false; check 'c' true"));
    expect({ code, last }).toEqual({ code: 1, last: '2 passed, 1 failed' });
    expect(output).toContain('Broken: b');
  });

  it('leave none of their guards behind, however quick they are, and say nothing of them', async () => {
    const checks = run('for n in {1..60}; do check "$n" true; done', { CI_MINUTES: '123' });
    const end = ended(checks);
    await once(checks.process, 'exit');
    await eventually('no guard is left', async () => (await sleepers('73[78].')) === 0);
    expect((await end).output).not.toContain('Killed');
  });

  it('have failed when the script breaks off before they are made', async () => {
    expect(await ended(run("check 'a' true; false; check 'b' true"))).toMatchObject({
      code: 1,
      last: '1 passed, 1 failed',
    });
  });

  it('that a signal ends have failed, by name, with what they had printed, and leave nothing running', async () => {
    const checks = run(hanging);
    await eventually('the others are over', () => ['good', 'bad'].every((name) => checks.output().includes(name)));
    await eventually('the stuck one is under way', async () => (await sleepers('987')) === 1);
    checks.process.kill('SIGTERM');
    const { code, output, last } = await ended(checks);
    expect({ code, last }).toEqual({ code: 143, last: '1 passed, 2 failed' });
    expect(output).toContain('got so far');
    expect(output).toMatch(/Broken: bad, stuck$/m);
    await eventually('nothing is left', async () => (await sleepers('987')) === 0);
  });

  it('that do not end are ended when the time is over, by name, and the rest is not begun', async () => {
    const { code, output, last } = await ended(run(hanging, { CI_MINUTES: '0.1' }));
    expect({ code, last }).toEqual({ code: 1, last: '1 passed, 3 failed' });
    expect(output).toMatch(/Broken: bad, stuck, never begun$/m);
    expect(output).toContain('got so far');
    await eventually('nothing is left', async () => (await sleepers('987')) === 0);
  });
});

/** How many sleep for so many seconds, a pattern. */
async function sleepers(seconds: string): Promise<number> {
  const list = spawn('ps', ['-eo', 'args']);
  let text = '';
  list.stdout.on('data', (part: Buffer) => (text += part.toString()));
  await once(list, 'close');
  return text.split('\n').filter((line) => new RegExp(`^sleep ${seconds}$`).test(line.trim())).length;
}
