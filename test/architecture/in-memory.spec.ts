import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const says = 'process.stdout.write(String(process.env.TEST_DATA)); process.exitCode = 7';

describe('a command that is run with a folder in memory', () => {
  let memory: string;
  const started: ChildProcess[] = [];

  beforeEach(() => {
    memory = mkdtempSync(join(tmpdir(), 'memory-'));
  });
  afterEach(() => {
    for (const each of started.splice(0)) each.kill('SIGKILL');
    rmSync(memory, { recursive: true, force: true });
  });

  function run(script: string, env: Record<string, string> = {}): ChildProcess {
    const { TEST_DATA: _outer, ...outer } = process.env;
    const args = [join(root, 'scripts', 'in-memory.mjs'), process.execPath, '-e', script];
    const child = spawn(process.execPath, args, {
      env: { ...outer, TEST_MEMORY: memory, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started.push(child);
    return child;
  }

  async function ended(child: ChildProcess): Promise<{ code: number; said: string }> {
    let said = '';
    child.stdout?.on('data', (part: Buffer) => (said += part.toString()));
    const [code] = await once(child, 'close');
    return { code, said };
  }

  /** On a machine without the room the same command runs, without a folder. */
  function hasRoom(): boolean {
    const { bavail, bsize } = statfsSync(memory);
    return Math.min(bavail * bsize, process.availableMemory()) >= 4 * 1024 ** 3;
  }

  it('has one of its own there, which is gone when it has ended, and its exit code is kept', async () => {
    const { code, said } = await ended(run(says));
    expect(code).toBe(7);
    if (hasRoom()) expect(said).toMatch(new RegExp(`^${memory}/xtremepush-optimove-test-\\d+-\\w+$`));
    else expect(said).toBe('undefined');
    expect(readdirSync(memory)).toEqual([]);
  });

  it('has none where another folder is named already, or there is no such memory', async () => {
    expect(await ended(run(says, { TEST_DATA: '/elsewhere' }))).toEqual({ code: 7, said: '/elsewhere' });
    expect(await ended(run(says, { TEST_MEMORY: join(memory, 'none') }))).toEqual({ code: 7, said: 'undefined' });
  });

  it('is told to end, and leaves no folder', async () => {
    const child = run("process.stdout.write('begun'); setInterval(() => undefined, 1000)");
    if (child.stdout) await once(child.stdout, 'data');
    child.kill('SIGTERM');
    await once(child, 'close');
    expect(readdirSync(memory)).toEqual([]);
  });

  it('finds no folder of a run that was killed, nor its database, and leaves those of others that go on', async () => {
    if (!hasRoom()) return;
    const gone = spawn('true');
    await once(gone, 'close');
    const left = join(memory, `xtremepush-optimove-test-${gone.pid}-abcdef`);
    const cluster = join(left, 'test-pg', 'cluster');
    mkdirSync(cluster, { recursive: true });
    const server = spawn('sleep', ['987'], { argv0: `postgres -D ${cluster}` });
    started.push(server);
    writeFileSync(join(cluster, 'postmaster.pid'), `${server.pid}\n${cluster}\n`);
    const other = join(memory, `xtremepush-optimove-test-${process.pid}-abcdef`);
    mkdirSync(other);
    const over = once(server, 'close');
    await ended(run(says));
    await over;
    expect([existsSync(left), existsSync(other)]).toEqual([false, true]);
  });
});
