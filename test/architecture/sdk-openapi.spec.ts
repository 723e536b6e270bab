import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const { paths } = JSON.parse(readFileSync(join(root, 'docs/sdk.openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, unknown>>;
};

/** `GET /sdk/v1/inbox` for each route of a controller whose path begins with `sdk/v1`. */
function routesOf(source: string): string[] {
  const prefix = /@Controller\('(sdk\/v1[^']*)'\)/.exec(source)?.[1];
  if (!prefix) return [];
  return [...source.matchAll(/@(Get|Post|Put|Patch|Delete)\('?([^')]*)'?\)/g)].map(([, method = '', path = '']) => {
    const whole = [prefix, path]
      .filter(Boolean)
      .join('/')
      .replaceAll(/:(\w+)/g, '{$1}');
    return `${method.toUpperCase()} /${whole}`;
  });
}

describe('the OpenAPI description of the SDK API', () => {
  it('has every route and no other', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const controllers = files.filter((file) => file.endsWith('.controller.ts'));
    const routes = controllers.flatMap((file) => routesOf(readFileSync(join(root, 'src', file), 'utf8')));
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.length).toBeGreaterThan(10);
    expect(described.sort()).toEqual(routes.sort());
  });
});
