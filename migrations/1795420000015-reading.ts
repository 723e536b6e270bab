import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * From callback to freeze: readings that are repeated when more is announced, launches after a cancellation, late event
 * 1, deadlines, calls that are taken once, the cap of triggered callbacks, and alarms of silent channels.
 */
export class Reading1795420000015 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...executions, ...tables]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of undo) await runner.query(statement);
  }
}

const executions = [
  `ALTER TABLE execution
    ADD COLUMN launch integer NOT NULL DEFAULT 1,
    ADD COLUMN read_through integer NOT NULL DEFAULT 0,
    ADD COLUMN read_not_before timestamptz,
    ADD COLUMN cancelled_stamp text`,
  'UPDATE execution SET read_through = reading WHERE read_at IS NOT NULL',
  'CREATE INDEX ix_execution_channel ON execution (channel_id, announced_at)',
  'ALTER TABLE execution_template ADD COLUMN expires_after_minutes integer',
  'ALTER TABLE execution_chunk ADD COLUMN lag_ms bigint',
  'ALTER TABLE callback_journal ADD COLUMN call_id uuid',
  'CREATE UNIQUE INDEX uq_callback_journal_call ON callback_journal (call_id) WHERE call_id IS NOT NULL',
];

const tables = [
  `CREATE TABLE execution_announcement (
    execution_id uuid NOT NULL,
    source text NOT NULL,
    time_stamp text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT pk_execution_announcement PRIMARY KEY (execution_id, source, time_stamp)
  )`,
  'CREATE INDEX ix_execution_announcement_received ON execution_announcement (received_at)',
  `CREATE TABLE execution_reading (
    execution_id uuid NOT NULL,
    reading integer NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    listed integer NOT NULL DEFAULT 0,
    added integer NOT NULL DEFAULT 0,
    known integer NOT NULL DEFAULT 0,
    duplicates integer NOT NULL DEFAULT 0,
    malformed integer NOT NULL DEFAULT 0,
    problem text,
    CONSTRAINT pk_execution_reading PRIMARY KEY (execution_id, reading)
  )`,
  `CREATE TABLE campaign_signal (
    connection_id uuid NOT NULL,
    optimove_campaign_id text NOT NULL,
    run_date date NOT NULL,
    project_id uuid NOT NULL,
    time_stamp text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz NOT NULL,
    done_at timestamptz,
    CONSTRAINT pk_campaign_signal PRIMARY KEY (connection_id, optimove_campaign_id, run_date)
  )`,
  'CREATE INDEX ix_campaign_signal_due ON campaign_signal (due_at) WHERE done_at IS NULL',
  `CREATE TABLE triggered_budget (
    connection_id uuid CONSTRAINT pk_triggered_budget PRIMARY KEY,
    minute timestamptz NOT NULL,
    used integer NOT NULL
  )`,
  `CREATE TABLE channel_alarm (
    channel_id uuid NOT NULL,
    run_date date NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_channel_alarm PRIMARY KEY (channel_id, run_date)
  )`,
];

const undo = [
  'DROP TABLE channel_alarm',
  'DROP TABLE triggered_budget',
  'DROP TABLE campaign_signal',
  'DROP TABLE execution_reading',
  'DROP TABLE execution_announcement',
  'DROP INDEX uq_callback_journal_call',
  'ALTER TABLE callback_journal DROP COLUMN call_id',
  'ALTER TABLE execution_chunk DROP COLUMN lag_ms',
  'ALTER TABLE execution_template DROP COLUMN expires_after_minutes',
  'DROP INDEX ix_execution_channel',
  `ALTER TABLE execution DROP COLUMN launch, DROP COLUMN read_through, DROP COLUMN read_not_before,
    DROP COLUMN cancelled_stamp`,
];
