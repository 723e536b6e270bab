import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A Direct campaign can be rehearsed, too: it has no connection. */
export class DryRunsOfDirectCampaigns1795420000351 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE dry_run ALTER COLUMN connection_id DROP NOT NULL');
    await runner.query('ALTER TABLE dry_run DROP CONSTRAINT ck_dry_run_kind');
    await runner.query(`ALTER TABLE dry_run ADD CONSTRAINT ck_dry_run_kind CHECK (
      CASE kind WHEN 'DIRECT' THEN connection_id IS NULL ELSE kind IN ('EXECUTION', 'CALLBACK') AND connection_id IS NOT NULL END)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM dry_run WHERE kind = 'DIRECT'`);
    await runner.query('ALTER TABLE dry_run DROP CONSTRAINT ck_dry_run_kind');
    await runner.query(`ALTER TABLE dry_run ADD CONSTRAINT ck_dry_run_kind CHECK (kind IN ('EXECUTION', 'CALLBACK'))`);
    await runner.query('ALTER TABLE dry_run ALTER COLUMN connection_id SET NOT NULL');
  }
}
