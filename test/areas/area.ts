import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { declareTestsOf } from '../support/declared';

const integration = join(__dirname, '..', 'integration');

/**
 * Declares the tests of every file in the folder of `test/integration` that this file is named after. The modules are
 * loaded once for all of them, which takes longer than most files do.
 */
export function area(file: string): void {
  const folder = join(integration, basename(file, '.area.ts'));
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.int-spec.ts'))) {
    declareTestsOf(join(folder, name), basename(name, '.int-spec.ts'));
  }
}
