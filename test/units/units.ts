import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { declareTestsOf } from '../support/declared';

const root = join(__dirname, '..', '..');

/** Declares every unit test below a folder of the house: to begin a file takes longer than most of them do. */
export function units(folder: string): void {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  for (const path of paths.filter((each) => each.endsWith('.spec.ts')).sort()) {
    declareTestsOf(join(root, folder, path), `${folder}/${path}`);
  }
}
