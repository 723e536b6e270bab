import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const descriptions = [
  { file: 'sdk.openapi.json', routes: /^sdk\/v1\//, least: 10 },
  { file: 'import.openapi.json', routes: /^(api\/external|imports|profiles)\//, least: 8 },
];

/** `GET /sdk/v1/inbox` for each route of a controller whose whole path is one of `routes`. */
function routesOf(source: string, routes: RegExp): string[] {
  const prefix = /@Controller\((?:'([^']*)')?\)/.exec(source)?.[1] ?? '';
  return [...source.matchAll(/@(Get|Post|Put|Patch|Delete)\('?([^')]*)'?\)/g)].flatMap(([, method = '', path = '']) => {
    const whole = [prefix, path].filter(Boolean).join('/');
    return routes.test(whole) ? [`${method.toUpperCase()} /${whole.replaceAll(/:(\w+)/g, '{$1}')}`] : [];
  });
}

describe.each(descriptions)('the OpenAPI description docs/$file', ({ file, routes: described, least }) => {
  const { paths } = JSON.parse(readFileSync(join(root, 'docs', file), 'utf8')) as {
    paths: Record<string, Record<string, unknown>>;
  };

  it('has every route and no other', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const sources = files.filter((name) => name.endsWith('.controller.ts'));
    const routes = sources.flatMap((name) => routesOf(readFileSync(join(root, 'src', name), 'utf8'), described));
    const written = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.length).toBeGreaterThanOrEqual(least);
    expect(written.sort()).toEqual(routes.sort());
  });
});
