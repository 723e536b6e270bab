import ts from 'typescript';
import { repository } from './planted-trees';
import { find, parseTree } from './syntax';

/** What a job may carry beside ids: places and counts in rows that PostgreSQL keeps, and its moment. */
const counts = new Set(['chunkNo', 'attempt', 'reading', 'revision', 'at']);

const house = parseTree(repository);
const interfaces = new Map(
  house
    .flatMap(({ syntax }) => find(syntax, ts.isInterfaceDeclaration))
    .map((declaration) => [declaration.name.text, declaration.members]),
);

/** Names that the type of a job's data has; the type stands in the call or is an interface. */
function fieldsOf(type: ts.TypeNode | undefined): string[] {
  if (!type) return ['(no type)'];
  const members = ts.isTypeLiteralNode(type) ? type.members : interfaces.get(type.getText());
  return members ? [...members].map((member) => member.name?.getText() ?? '(unnamed)') : [`(${type.getText()})`];
}

const jobs = house
  .filter(({ path }) => path.startsWith('src/'))
  .flatMap(({ syntax }) => find(syntax, ts.isCallExpression))
  .filter(({ expression }) => expression.getText() === 'defineJob')
  .map((call) => ({ queue: call.getText().split("'")[1] ?? '', fields: fieldsOf(call.typeArguments?.[0]) }));

describe('jobs', () => {
  it('are there to be looked at', () => {
    expect(jobs.length).toBeGreaterThan(5);
  });

  it('carry ids and places in rows, nothing else: PostgreSQL can make every one of them again', () => {
    const others = jobs.flatMap(({ queue, fields }) =>
      fields.filter((name) => !name.endsWith('Id') && !counts.has(name)).map((name) => `${queue}: ${name}`),
    );
    expect(others).toEqual([]);
  });
});
