// Prints the SQL that the entities of the named modules still need on top of the existing migrations.
// node scripts/module-migration.mjs connections channels   (TEST_DATABASE_URL names the server; default: embedded)
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfStale } from './build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
buildIfStale();
require('reflect-metadata');
const { DataSource } = require('typeorm');
const { migrations } = require(join(root, 'dist/migrations'));
const { applyMigrations } = require(join(root, 'dist/libs/platform/src'));
const embedded = process.env.TEST_DATABASE_URL
  ? null
  : await require(join(root, 'dist/libs/platform/src/embedded')).startEmbeddedPostgres({
      dataDir: join(root, '.cache/migration-pg'),
    });
const adminUrl = process.env.TEST_DATABASE_URL ?? embedded.url;
const name = `migration_${randomBytes(4).toString('hex')}`;
const admin = await new DataSource({ type: 'postgres', url: adminUrl }).initialize();
await admin.query(`CREATE DATABASE ${name}`);
const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).toString();
try {
  await applyMigrations(url, migrations);
  const entities = process.argv.slice(2).flatMap((module) => {
    const folder = join(root, 'dist/src', module, 'persistence');
    return readdirSync(folder)
      .filter((file) => file.endsWith('.entity.js'))
      .flatMap((file) => Object.values(require(join(folder, file))));
  });
  if (entities.length === 0) throw new Error('No entity found: name modules that have persistence/*.entity.ts');
  const source = await new DataSource({ type: 'postgres', url, entities }).initialize();
  const { upQueries, downQueries } = await source.driver.createSchemaBuilder().log();
  console.log(`-- up\n${upQueries.map(({ query }) => query).join('\n')}`);
  console.log(
    '\n-- down\n' +
      downQueries
        .reverse()
        .map(({ query }) => query)
        .join('\n'),
  );
  await source.destroy();
} finally {
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.destroy();
  await embedded?.stop();
}
