import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './planted-trees';
import { sourceRules } from './source-rules';
import { parseTree } from './syntax';

const planted = join(__dirname, 'planted', 'source');
const base = join(planted, 'base');
const rules = Object.keys(sourceRules);
const house = parseTree(repository);

const broken = (files: ReturnType<typeof parseTree>) =>
  rules.filter((rule) => (sourceRules[rule]?.(files) ?? []).length > 0);

describe('source rules', () => {
  it('find nothing in a well-built house', () => {
    expect(broken(parseTree(base))).toEqual([]);
  });

  it.each(rules)('%s sees its planted fault, and no other rule does', (rule) => {
    const overlay = parseTree(join(planted, rule));
    const replaced = overlay.map(({ path }) => path);
    const files = [...parseTree(base).filter(({ path }) => !replaced.includes(path)), ...overlay];
    expect(broken(files)).toEqual([rule]);
  });

  it('have a planted fault each', () => {
    const faults = readdirSync(planted).filter((name) => name !== 'base');
    expect(faults.sort()).toEqual([...rules].sort());
    expect(`${rules.length} rules, ${faults.length} planted`).toBe('8 rules, 8 planted');
  });

  it.each(rules)('%s is kept by the real house', (rule) => {
    expect(sourceRules[rule]?.(house)).toEqual([]);
  });
});
