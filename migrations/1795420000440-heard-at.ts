import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a customer was last heard of, so that a complete list takes nothing away that was said while it was loaded. */
export class HeardAt1795420000440 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE remembered_value ADD COLUMN heard_at timestamptz NOT NULL DEFAULT now()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE remembered_value DROP COLUMN heard_at');
  }
}
