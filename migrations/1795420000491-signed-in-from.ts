import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A phone remembers which anonymous profile it had before somebody signed in: what went there came to this phone. */
export class SignedInFrom1795420000491 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE device ADD COLUMN signed_in_from uuid');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE device DROP COLUMN signed_in_from');
  }
}
