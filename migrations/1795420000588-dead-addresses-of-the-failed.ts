import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether the provider called an address dead, and who counts as bounced because of it though nothing was accepted. */
export class DeadAddressesOfTheFailed1795420000588 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`ALTER TABLE ${table} ADD COLUMN is_address_dead boolean`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`ALTER TABLE ${table} DROP COLUMN is_address_dead`);
  }
}

const tables = ['delivery', 'recipient'];
