import { DataSource, type MixedList } from 'typeorm';

type MigrationClass = new () => object;

/**
 * Applies the migrations that the database has not had, one process at a time, each in its own transaction.
 * @returns the names applied, in order.
 */
export async function applyMigrations(databaseUrl: string, migrations: MigrationClass[]): Promise<string[]> {
  const dataSource = await migrationSource(databaseUrl, migrations).initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock(727401)');
    const applied = await dataSource.runMigrations({ transaction: 'each' });
    return applied.map(({ name }) => name);
  } finally {
    await runner.query('SELECT pg_advisory_unlock(727401)').catch(() => undefined);
    await runner.release();
    await dataSource.destroy();
  }
}

/** Takes the newest migration back. */
export async function revertMigration(databaseUrl: string, migrations: MigrationClass[]): Promise<void> {
  const dataSource = await migrationSource(databaseUrl, migrations).initialize();
  try {
    await dataSource.undoLastMigration({ transaction: 'each' });
  } finally {
    await dataSource.destroy();
  }
}

function migrationSource(url: string, migrations: MigrationClass[]): DataSource {
  return new DataSource({ type: 'postgres', url, migrations: migrations as MixedList<MigrationClass>, poolSize: 2 });
}
