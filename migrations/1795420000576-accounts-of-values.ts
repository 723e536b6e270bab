import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The account at Optimove that the values of a suppression attribute were read from. */
export class AccountsOfValues1795420000576 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE suppression_attribute ADD COLUMN account_id uuid');
    await runner.query(
      'UPDATE suppression_attribute a SET account_id = c.account_id FROM connection c WHERE c.id = a.connection_id',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE suppression_attribute DROP COLUMN account_id');
  }
}
