import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who changes a project says which version they read. */
export class ProjectVersion1795420000510 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE project ADD version integer NOT NULL DEFAULT 1');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE project DROP COLUMN version');
  }
}
