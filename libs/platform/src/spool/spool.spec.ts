import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Spool, SpoolFullError } from './spool';
import { spoolFileName } from './spool-files';

describe('the spool', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spool-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (maxBytes = 1_000_000): Spool => new Spool({ folder, prefix: 'calls', maxBytes });
  const drained = async (spool: Spool): Promise<unknown[]> => {
    const all: unknown[] = [];
    await spool.drain(async (records) => {
      all.push(...records);
    });
    return all;
  };
  const deadName = (): string => spoolFileName('calls', '0a').replace(`~${process.pid}~`, '~999999999~');

  it('hands on in order what it kept, also what came at once, and keeps nothing of it', async () => {
    const spool = open();
    await Promise.all(Array.from({ length: 250 }, (_, id) => spool.keep({ id })));
    expect(await drained(spool)).toEqual(Array.from({ length: 250 }, (_, id) => ({ id })));
    expect(readdirSync(folder)).toEqual([]);
    await spool.keep({ id: 'later' });
    expect(await drained(spool)).toEqual([{ id: 'later' }]);
  });

  it('keeps everything when it cannot be handed on', async () => {
    const spool = open();
    await spool.keep({ id: 1 });
    await expect(spool.drain(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await drained(spool)).toEqual([{ id: 1 }]);
  });

  it('takes over what a process that is gone has left, without the line that was cut off', async () => {
    writeFileSync(join(folder, deadName()), '{"id":1}\n{"id":2}\n{"id":3');
    expect(await drained(open())).toEqual([{ id: 1 }, { id: 2 }]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves the files of other purposes and of machines that are at work alone', async () => {
    const stranger = deadName().replace(/~[^~]+~/, '~elsewhere~');
    for (const name of [stranger, 'notes.txt']) writeFileSync(join(folder, name), '{"id":1}\n');
    expect(await drained(open())).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('writes again what it wrote to a file that was taken away', async () => {
    const spool = open();
    await spool.keep({ id: 1 });
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    await spool.keep({ id: 2 });
    expect(await drained(spool)).toEqual([{ id: 2 }]);
  });

  it('refuses more than it may hold, counting what is there', async () => {
    appendFileSync(join(folder, deadName()), 'x'.repeat(90));
    await expect(open(100).keep({ id: 'more than ten bytes' })).rejects.toThrow(SpoolFullError);
  });
  it('takes records again once somebody has made room', async () => {
    const full = join(folder, deadName());
    appendFileSync(full, 'x'.repeat(90));
    const spool = open(100);
    await expect(spool.keep({ id: 'more than ten bytes' })).rejects.toThrow(SpoolFullError);
    rmSync(full);
    await spool.keep({ id: 'more than ten bytes' });
    expect(await drained(spool)).toEqual([{ id: 'more than ten bytes' }]);
  });
});
