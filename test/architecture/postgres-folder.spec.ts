import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresFolder } from '../support/postgres-folder';

describe('the data of tests', () => {
  const made: string[] = [];
  const programs = (version: string, folder = mkdtempSync(join(tmpdir(), 'postgres-'))): string => {
    made.push(folder);
    writeFileSync(join(folder, 'postgres'), `#!/bin/sh\necho 'postgres (PostgreSQL) ${version}'\n`);
    chmodSync(join(folder, 'postgres'), 0o755);
    return folder;
  };
  afterAll(() => {
    for (const folder of made) rmSync(folder, { recursive: true, force: true });
  });

  it('stay where they are as long as the same programs made them', () => {
    const folder = programs('15.4');
    expect(postgresFolder(folder)).toBe(postgresFolder(folder));
    expect(postgresFolder()).toBe(postgresFolder());
  });

  it('are never given to programs of another version or place', () => {
    const folder = programs('15.4');
    const before = postgresFolder(folder);
    programs('16.2', folder);
    const names = [postgresFolder(), before, postgresFolder(folder), postgresFolder(programs('15.4'))];
    expect(new Set(names).size).toBe(4);
  });
});
