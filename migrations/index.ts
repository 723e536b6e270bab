import { readdirSync } from 'node:fs';
import { join } from 'node:path';

type MigrationClass = new () => object;

const fileName = /^\d{13}-[a-z0-9-]+\.(ts|js)$/;

/** Every migration of the house in the order of its file name: one history for the one database. */
export const migrations: MigrationClass[] = readdirSync(__dirname)
  .filter((name) => fileName.test(name))
  .sort()
  .flatMap((name) => Object.values(require(join(__dirname, name)) as Record<string, MigrationClass>));
