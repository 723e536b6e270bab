import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryLock, unlock, withLock } from './file-lock';

describe('the lock file', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'));
    path = join(folder, 'lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('names the living process that holds it and is free again when given back', () => {
    expect(tryLock(path)).toBeNull();
    expect(tryLock(path)).toBe(process.pid);

    unlock(path);

    expect(tryLock(path)).toBeNull();
  });

  it('is taken over from a process that is gone', () => {
    const { pid } = spawnSync('true');
    writeFileSync(path, `${pid}-1`);

    expect(tryLock(path)).toBeNull();
  });

  it('is taken over when another process now has the number of its holder', () => {
    writeFileSync(path, `${process.pid}-another start`);

    expect(tryLock(path)).toBeNull();
  });

  it('lets one piece of work run after the other and leaves nothing behind', async () => {
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
    };

    await Promise.all([withLock(path, work('a')), withLock(path, work('b'))]);

    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(readdirSync(folder)).toEqual([]);
  });
});
