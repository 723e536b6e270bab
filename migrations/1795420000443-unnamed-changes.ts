import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Changes that name nobody hold a missed day open; those of customers nobody knows do not. */
export class UnnamedChanges1795420000443 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE suppression_attribute ADD COLUMN unnamed_on date');
    await runner.query('UPDATE suppression_attribute SET unnamed_on = lost_on');
    await runner.query('CREATE INDEX ix_customer_value_date ON customer_value (attribute_id, data_date)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_customer_value_date');
    await runner.query('ALTER TABLE suppression_attribute DROP COLUMN unnamed_on');
  }
}
