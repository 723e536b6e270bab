import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The attributes that Optimove did not know while it gave a list. */
export class UnknownAttributes1795420000400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE execution_reading ADD COLUMN unknown_attributes text[] NOT NULL DEFAULT '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution_reading DROP COLUMN unknown_attributes');
  }
}
