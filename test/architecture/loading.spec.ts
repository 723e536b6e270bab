import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

/** Paths of everything that is loaded before a host of the build makes its modules. */
function loadedBy(module: string): string[] {
  const script = `require('reflect-metadata'); require('./dist/${module}'); console.log(Object.keys(require.cache).join('\\n'))`;
  return execFileSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' }).trim().split('\n');
}

it('a worker loads nothing of what only the api needs', () => {
  const loaded = loadedBy('apps/worker/src/worker.module.js');
  expect(loaded).toContain(join(root, 'dist', 'src', 'campaigns', 'index.js'));
  const ofTheApi = /dist\/(src\/.*\/api\/|.*-api\.module\.js$)|node_modules\/(graphql|@nestjs\/(graphql|apollo))\//;
  expect(loaded.filter((path) => ofTheApi.test(path))).toEqual([]);
});
