/** @once because it asks what is left of a drill, whose queues no job has reached. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually';

const startsWithinMs = 120_000;

const launcher = join(__dirname, '..', '..', 'dist', 'apps', 'launcher', 'src', 'main.js');

/** The server's process, as soon as there is one. */
function serverOf(folder: string): number | null {
  const location = join(folder, 'pg', 'location');
  const data = existsSync(location) ? readFileSync(location, 'utf8').trim() : join(folder, 'pg');
  const pidFile = join(data, 'cluster', 'postmaster.pid');
  return existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8').split('\n')[0]) || null : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a drill that is ended', () => {
  const folders: string[] = [];
  const drills: ChildProcess[] = [];
  afterAll(async () => {
    for (const drill of drills.filter(({ exitCode }) => exitCode === null)) {
      const exited = once(drill, 'exit');
      drill.kill('SIGTERM');
      await exited;
    }
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['while its PostgreSQL starts', () => true],
    ['while its processes start', (folder: string) => existsSync(join(folder, 'sink.log'))],
  ])('leaves no PostgreSQL and no data behind, also %s', async (_, isReached) => {
    const drill = spawn(process.execPath, [launcher, 'drill', '--faults', '1']);
    drills.push(drill);
    const exited = once(drill, 'exit');
    let output = '';
    drill.stdout.on('data', (part: Buffer) => {
      output += part.toString();
    });
    const folder = await eventually(
      'it says where its logs are',
      () => /^logs in (.+)$/m.exec(output)?.[1],
      startsWithinMs,
    );
    folders.push(folder);
    const server = await eventually('PostgreSQL runs', () => isReached(folder) && serverOf(folder), startsWithinMs);

    drill.kill('SIGTERM');
    expect((await exited)[0]).toBe(130);

    expect(isAlive(server)).toBe(false);
    expect(existsSync(join(folder, 'pg'))).toBe(false);
  });
});
