import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The User ID attribute under whose values those of a suppression attribute are kept; NULL: the customer ID. */
export class KeysOfValues1795420000573 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE suppression_attribute ADD COLUMN keyed_by text');
    await runner.query(
      'UPDATE suppression_attribute a SET keyed_by = c.user_id_attribute FROM connection c WHERE c.id = a.connection_id',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE suppression_attribute DROP COLUMN keyed_by');
  }
}
