import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const tests = join(__dirname, '..');

/** `npm test` runs the integration tests by area: what is in no area would never run there. */
it('has an area for every folder of integration tests, and no test elsewhere', () => {
  const folders = readdirSync(join(tests, 'integration'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.int-spec.ts'))
    .map((path) => path.split(sep).slice(0, -1).join('/'));
  const lost = [...new Set(folders)].filter((folder) => !existsSync(join(tests, 'areas', `${folder}.area.ts`)));
  expect(lost).toEqual([]);
  expect(folders.filter((folder) => folder === '')).toEqual([]);
});

it('has no area without tests', () => {
  const areas = readdirSync(join(tests, 'areas')).filter((name) => name.endsWith('.area.ts'));
  const empty = areas.filter((name) => !existsSync(join(tests, 'integration', name.replace('.area.ts', ''))));
  expect(empty.map((name) => relative(tests, name))).toEqual([]);
});

it('gathers the unit tests of every folder that has some', () => {
  const units = join(tests, 'units');
  const gathered = readdirSync(units).flatMap((name) =>
    [...readFileSync(join(units, name), 'utf8').matchAll(/^units\('(\w+)'\)/gm)].map(([, folder]) => folder),
  );
  const house = join(tests, '..');
  const folders = readdirSync(house, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(node_modules|dist.*|test|\..*)$/.test(entry.name))
    .map(({ name }) => name)
    .filter((name) =>
      readdirSync(join(house, name), { recursive: true, encoding: 'utf8' }).some((path) => path.endsWith('.spec.ts')),
    );
  expect(gathered.sort()).toEqual(folders.sort());
});
