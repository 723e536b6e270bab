import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { applyMigrations } from '@libs/platform';
import { DataSource } from 'typeorm';
import { migrations } from '../../../../migrations';
import { LauncherError } from '../errors';
import { rootFolder } from '../paths';

/** The statements that would bring a migrated database to what the entities describe, and back. */
export interface Drift {
  up: string[];
  down: string[];
}

/** Migrates a new database on the server, compares it with all entities and drops it. */
export async function compareWithEntities(serverUrl: string): Promise<Drift> {
  const entities = loadEntities();
  const name = `drift_${randomBytes(4).toString('hex')}`;
  const admin = await new DataSource({ type: 'postgres', url: serverUrl }).initialize();
  try {
    await admin.query(`CREATE DATABASE ${name}`);
    const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).toString();
    await applyMigrations(url, migrations);
    return await compare(url, entities);
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.destroy();
  }
}

async function compare(url: string, entities: EntityClass[]): Promise<Drift> {
  const source = await new DataSource({ type: 'postgres', url, entities }).initialize();
  try {
    const { upQueries, downQueries } = await source.driver.createSchemaBuilder().log();
    return { up: upQueries.map(({ query }) => query), down: downQueries.map(({ query }) => query).reverse() };
  } finally {
    await source.destroy();
  }
}

type EntityClass = new () => object;

/** An empty list would compare as "no drift", so it is refused. */
function loadEntities(): EntityClass[] {
  const source = join(rootFolder, 'dist', 'src');
  const folders = readdirSync(source).map((module) => join(source, module, 'persistence'));
  const files = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => path.endsWith('.entity.js'));
  const entities = files.flatMap((path) => Object.values(require(path) as Record<string, EntityClass>));
  if (entities.length === 0) throw new LauncherError('No entity found in dist/src/*/persistence');
  return entities;
}
