import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Where a connection finds profiles by another attribute, matches are former ones, by which people are found that want to
 * see or erase what is kept of them and nobody else, and what Optimove was told under their names is forgotten.
 */
export class NamesOfCustomers1795420000568 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE matched_customer ADD COLUMN is_former boolean NOT NULL DEFAULT false');
    await runner.query('ALTER TABLE subscription_postback ADD COLUMN names_changed boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE subscription_postback DROP COLUMN names_changed');
    await runner.query('DELETE FROM matched_customer WHERE is_former');
    await runner.query('ALTER TABLE matched_customer DROP COLUMN is_former');
  }
}
