import { plantedFaults, repository, ruleOf, violationsByFault, violationsOf } from './planted-trees';

const { forbidden } = require('../../.dependency-cruiser.cjs') as { forbidden: { name: string }[] };
const rules = forbidden.map(({ name }) => name);

describe('dependency rules', () => {
  const found = violationsByFault();
  const brokenIn = (tree: string) => [...new Set(found[tree]?.map(({ rule }) => rule))];

  it('find nothing in a well-built house', () => {
    expect(found.base).toEqual([]);
  });

  it.each(plantedFaults)('see the planted fault %s, and nothing else in its tree', (fault) => {
    expect(brokenIn(fault)).toEqual([ruleOf(fault)]);
  });

  it('have a planted fault each', () => {
    const planted = [...new Set(plantedFaults.map(ruleOf))];
    expect(planted.sort()).toEqual([...rules].sort());
    expect(`${rules.length} rules, ${planted.length} planted`).toBe('26 rules, 26 planted');
  });

  it('are kept by the real house', () => {
    expect(violationsOf([repository])[repository]).toEqual([]);
  });
});
