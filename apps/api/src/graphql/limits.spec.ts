import { buildSchema, getIntrospectionQuery, parse, specifiedRules, validate } from 'graphql';
import { limitRules } from './limits';

const schema = buildSchema('type Query { node: Node name: String } type Node { node: Node name: String }');

function problemsOf(query: string, others = specifiedRules): string[] {
  return validate(schema, parse(query), [...others, ...limitRules]).map(({ message }) => message);
}

const nested = (levels: number): string => `{ ${'node { '.repeat(levels - 1)}name${' }'.repeat(levels - 1)} }`;

describe('the limits of a query', () => {
  it('are for twelve levels, through fragments as well', () => {
    expect(problemsOf(nested(12))).toEqual([]);
    expect(problemsOf(nested(13))).toEqual(['The query is 13 levels deep; at most 12 are allowed']);
    const inFragment = `{ node { ...Rest } } fragment Rest on Node ${nested(12)}`;
    expect(problemsOf(inFragment)).toEqual(['The query is 13 levels deep; at most 12 are allowed']);
  });

  it('are for 1,000 fields and 30 aliases', () => {
    expect(problemsOf(`{ ${'name '.repeat(1_001)} }`, [])).toEqual([
      'The query asks for 1001 fields; at most 1000 are allowed',
    ]);
    const aliases = Array.from({ length: 31 }, (_, index) => `a${index}: name`).join(' ');
    expect(problemsOf(`{ ${aliases} }`)).toEqual(['The query uses 31 aliases; at most 30 are allowed']);
  });

  it('let tools ask for the schema as they all do, and nobody through it in circles', () => {
    const all = {
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
    };
    expect(problemsOf(getIntrospectionQuery(all))).toEqual([]);
    const inCircles = '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }';
    expect(problemsOf(inCircles)).toEqual(['Maximum introspection depth exceeded']);
  });
});
