import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = ['remembered_value', 'customer_value'];

/** A value is heard when it is written: its transaction may have begun before a load that it must outlive. */
export class HeardWhenWritten1795420000444 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`ALTER TABLE ${table} ALTER heard_at SET DEFAULT clock_timestamp()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`ALTER TABLE ${table} ALTER heard_at SET DEFAULT now()`);
  }
}
