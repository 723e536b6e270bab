import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Pausing and cancelling executions, and switching sending off for a project or a part of it. */
export class ExecutionStop1795420000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE execution
        ADD COLUMN paused_at timestamptz,
        ADD COLUMN cancel_requested_at timestamptz`);
    await runner.query(`
      CREATE TABLE campaign_cancellation (
        project_id uuid NOT NULL,
        connection_id uuid NOT NULL,
        optimove_campaign_id text NOT NULL,
        run_date date NOT NULL,
        cancelled_at text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_campaign_cancellation PRIMARY KEY (project_id, connection_id, optimove_campaign_id, run_date)
      )`);
    await runner.query(`
      CREATE TABLE sighted_campaign (
        channel_id uuid NOT NULL,
        optimove_campaign_id text NOT NULL,
        run_date date NOT NULL,
        project_id uuid NOT NULL,
        connection_id uuid NOT NULL,
        first_seen_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_sighted_campaign PRIMARY KEY (channel_id, optimove_campaign_id, run_date)
      )`);
    await runner.query('ALTER TABLE callback_journal DROP CONSTRAINT ck_callback_journal_outcome');
    await runner.query(`
      ALTER TABLE callback_journal ADD CONSTRAINT ck_callback_journal_outcome
        CHECK (outcome IN ('ANNOUNCED', 'CANCELLED', 'NOTED', 'UNREADABLE', 'REFUSED'))`);
    await runner.query(`
      CREATE TABLE sending_stop (
        project_id uuid NOT NULL,
        scope text NOT NULL,
        scope_id uuid NOT NULL,
        reason text NOT NULL,
        stopped_by text NOT NULL,
        stopped_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_sending_stop PRIMARY KEY (project_id, scope, scope_id),
        CONSTRAINT ck_sending_stop_scope CHECK (scope IN ('PROJECT', 'CONNECTION', 'CHANNEL', 'PROVIDER_ACCOUNT'))
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sending_stop');
    await runner.query('DROP TABLE sighted_campaign');
    await runner.query(`DELETE FROM callback_journal WHERE outcome = 'CANCELLED'`);
    await runner.query('ALTER TABLE callback_journal DROP CONSTRAINT ck_callback_journal_outcome');
    await runner.query(`
      ALTER TABLE callback_journal ADD CONSTRAINT ck_callback_journal_outcome
        CHECK (outcome IN ('ANNOUNCED', 'NOTED', 'UNREADABLE', 'REFUSED'))`);
    await runner.query('DROP TABLE campaign_cancellation');
    await runner.query('ALTER TABLE execution DROP COLUMN paused_at, DROP COLUMN cancel_requested_at');
  }
}
