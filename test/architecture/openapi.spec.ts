import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const described = [
  { file: 'sdk.openapi.json', controllers: /^sdk\/v1/, least: 10 },
  { file: 'import.openapi.json', controllers: /^(api\/external|imports(?!\/suppression)|profiles)/, least: 6 },
];

/** `GET /sdk/v1/inbox` for each route of a controller whose path is one of `controllers`. */
function routesOf(source: string, controllers: RegExp): string[] {
  const prefix = /@Controller\('([^']*)'\)/.exec(source)?.[1] ?? '';
  if (!controllers.test(prefix)) return [];
  return [...source.matchAll(/@(Get|Post|Put|Patch|Delete)\('?([^')]*)'?\)/g)].map(([, method = '', path = '']) => {
    const whole = [prefix, path]
      .filter(Boolean)
      .join('/')
      .replaceAll(/:(\w+)/g, '{$1}');
    return `${method.toUpperCase()} /${whole}`;
  });
}

describe.each(described)('the OpenAPI description docs/$file', ({ file, controllers, least }) => {
  const { paths } = JSON.parse(readFileSync(join(root, 'docs', file), 'utf8')) as {
    paths: Record<string, Record<string, unknown>>;
  };

  it('has every route and no other', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const sources = files.filter((name) => name.endsWith('.controller.ts'));
    const routes = sources.flatMap((name) => routesOf(readFileSync(join(root, 'src', name), 'utf8'), controllers));
    const written = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.length).toBeGreaterThanOrEqual(least);
    expect(written.sort()).toEqual(routes.sort());
  });
});
