import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { repository } from './planted-trees';
import { find, parseTree } from './syntax';

/** The names of events that a file writes as `warn` or `error`. */
function alarmsOf(syntax: ts.SourceFile): string[] {
  return find(syntax, ts.isCallExpression).flatMap(({ expression, arguments: [name, , level] }) => {
    if (!ts.isPropertyAccessExpression(expression) || !name || !ts.isStringLiteral(name)) return [];
    if (!/\blog$/.test(expression.expression.getText())) return [];
    const isAlarm =
      expression.name.text === 'failure' ||
      (expression.name.text === 'event' && /^'(warn|error)'$/.test(level?.getText() ?? ''));
    return isAlarm ? [name.text] : [];
  });
}

describe('what the log warns of', () => {
  it('is told in docs/trouble.md with what to do, and nothing else is', () => {
    const alarms = new Set(parseTree(repository).flatMap(({ syntax }) => alarmsOf(syntax)));
    const page = readFileSync(join(repository, 'docs', 'trouble.md'), 'utf8');
    const [, table = ''] = page.split('## What the log says');
    const rows = table.split('\n').filter((line) => line.startsWith('| `'));
    const told = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    expect(alarms.size).toBeGreaterThan(30);
    expect(told.sort()).toEqual([...alarms].sort());
  });
});
