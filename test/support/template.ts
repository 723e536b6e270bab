import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';

const folder = join(__dirname, '..', '..', 'migrations');

/**
 * The name of a database of the server that has every migration and that nobody is connected to: made once and copied by
 * whoever needs one, because applying the migrations takes many times as long. Migrations make partitions for the day on
 * which they run, so each day has a template of its own.
 */
export async function migratedTemplate(adminUrl: string): Promise<string> {
  const day = `template_${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`;
  const name = `${day}_${fingerprint()}`;
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(hashtext('test template'))`);
    await make(client, { adminUrl, name, day });
  } finally {
    await client.end();
  }
  return name;
}

/** Only one that is finished is marked as a template; a half-made one is made anew. */
async function make(
  client: Client,
  { adminUrl, name, day }: { adminUrl: string; name: string; day: string },
): Promise<void> {
  const { rows } = await client.query<{ name: string; isFinished: boolean }>(
    `SELECT datname AS name, datistemplate AS "isFinished" FROM pg_database WHERE datname LIKE 'template\\_%'`,
  );
  if (rows.some((row) => row.name === name && row.isFinished)) return;
  for (const old of rows.filter((row) => row.name === name || row.name < day)) {
    await client.query(`ALTER DATABASE ${old.name} IS_TEMPLATE false`);
    await client.query(`DROP DATABASE ${old.name}`);
  }
  await client.query(`CREATE DATABASE ${name}`);
  // Loading them takes seconds of each file's time, and few files have to make a template.
  const { applyMigrations }: typeof import('@libs/platform') = require('@libs/platform');
  const { migrations }: typeof import('../../migrations') = require('../../migrations');
  await applyMigrations(Object.assign(new URL(adminUrl), { pathname: `/${name}` }).toString(), migrations);
  await client.query(`ALTER DATABASE ${name} IS_TEMPLATE true`);
}

/** Of the sources, not of the classes: what helper functions of a file say counts, too. */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 16);
}
