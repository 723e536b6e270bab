import { migrationSource } from './migration-file';

describe('a generated migration', () => {
  it('runs the statements in a class that carries the time and the name', () => {
    const text = migrationSource('add-run-date', { up: ['ALTER TABLE "a"'], down: ['DROP "a"'] }, 1795420000001);

    expect(text).toContain('export class AddRunDate1795420000001 implements MigrationInterface');
    expect(text).toMatch(
      /up\([\s\S]*runner\.query\(`ALTER TABLE "a"`\)[\s\S]*down\([\s\S]*runner\.query\(`DROP "a"`\)/,
    );
  });

  it('cannot be broken by what a statement contains', () => {
    const query = 'a `b` $' + '{c} \\d';

    const text = migrationSource('x', { up: [query], down: [] }, 1795420000001);

    expect(text).toContain('a \\`b\\` \\$' + '{c} \\\\d');
  });
});
