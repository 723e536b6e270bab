// Applies the house's dependency rules to each tree named on the command line; prints { tree: [{ rule, from, to }, …] } as JSON.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const require = createRequire(import.meta.url);
const { forbidden, options } = require('../../.dependency-cruiser.cjs');

async function violations(tree) {
  process.chdir(tree);
  const tsConfig = extractTsConfig(join(tree, 'tsconfig.json'));
  const folders = ['apps', 'src', 'libs', 'migrations', 'test'].filter((name) => existsSync(join(tree, name)));
  const ruled = { ...options, baseDir: tree, validate: true, ruleSet: { forbidden } };
  const { enhancedResolveOptions, ...rest } = ruled;
  const result = await cruise(folders, rest, enhancedResolveOptions, { tsConfig });
  return result.output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
}

const found = {};
for (const tree of process.argv.slice(2)) found[tree] = await violations(tree);
process.stdout.write(JSON.stringify(found));
