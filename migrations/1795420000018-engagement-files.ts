import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Executions whose recipients come in files: one for each engagement of Optimove. */
export class EngagementFiles1795420000018 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution ADD COLUMN engagement_id text');
    await identity(runner, ', engagement_id');
    await runner.query(
      'CREATE UNIQUE INDEX uq_execution_engagement ON execution (connection_id, engagement_id) WHERE engagement_id IS NOT NULL',
    );
    await runner.query(`
      CREATE TABLE execution_engagement (
        execution_id uuid CONSTRAINT pk_execution_engagement PRIMARY KEY,
        project_id uuid NOT NULL,
        bucket text NOT NULL,
        customers_folder text NOT NULL,
        metadata_path text NOT NULL,
        decryption_key text,
        metadata jsonb
      )`);
    await runner.query(`
      CREATE TABLE execution_file (
        execution_id uuid NOT NULL,
        reading integer NOT NULL,
        file_no integer NOT NULL,
        next_row integer NOT NULL,
        bytes bigint NOT NULL,
        crc32c text NOT NULL,
        read_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_execution_file PRIMARY KEY (execution_id, reading, file_no)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE execution_file');
    await runner.query('DROP TABLE execution_engagement');
    await runner.query('DELETE FROM execution WHERE engagement_id IS NOT NULL');
    await runner.query('DROP INDEX uq_execution_engagement');
    await identity(runner, '');
    await runner.query('ALTER TABLE execution DROP COLUMN engagement_id');
  }
}

async function identity(runner: QueryRunner, extra: string): Promise<void> {
  await runner.query('ALTER TABLE execution DROP CONSTRAINT uq_execution_announcement');
  await runner.query(
    `ALTER TABLE execution ADD CONSTRAINT uq_execution_announcement UNIQUE NULLS NOT DISTINCT
       (project_id, connection_id, optimove_campaign_id, channel_id, run_date${extra})`,
  );
}
