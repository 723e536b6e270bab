import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose device an anonymous profile has, when somebody signed out there. */
export class SignedOut1795420000301 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE profile ADD COLUMN signed_out_from uuid');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE profile DROP COLUMN signed_out_from');
  }
}
