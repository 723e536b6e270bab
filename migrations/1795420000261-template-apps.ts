import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A template may be offered under one app alone. */
export class TemplateApps1795420000261 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE template_publication ADD COLUMN app_id uuid, ADD COLUMN app_name text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE template_publication DROP COLUMN app_id, DROP COLUMN app_name');
  }
}
