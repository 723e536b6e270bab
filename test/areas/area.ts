import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const integration = join(__dirname, '..', 'integration');

/**
 * Declares the tests of every file in the folder of `test/integration` that this file is named after. The modules are
 * loaded once for all of them, which takes longer than most files do; each has environment variables of its own.
 */
export function area(file: string): void {
  const folder = join(integration, basename(file, '.area.ts'));
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.int-spec.ts'))) {
    describe(basename(name, '.int-spec.ts'), () => {
      restoreEnvironmentAfterwards();
      require(join(folder, name));
    });
  }
}

function restoreEnvironmentAfterwards(): void {
  let before: NodeJS.ProcessEnv = {};
  beforeAll(() => {
    before = { ...process.env };
  });
  afterAll(() => {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, before);
  });
}
