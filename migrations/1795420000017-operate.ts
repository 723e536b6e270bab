import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people settle by hand (the closed hand-overs stay visible), and dry runs, which never touch the ledger. */
export class Operate1795420000017 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE delivery_past (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_delivery_past PRIMARY KEY,
        execution_id uuid NOT NULL,
        seq integer NOT NULL,
        medium text NOT NULL,
        address_key text NOT NULL,
        fence integer NOT NULL,
        project_id uuid NOT NULL,
        state text NOT NULL,
        reason text,
        attempts integer NOT NULL,
        claimed_at timestamptz NOT NULL,
        answered_at timestamptz,
        closed_as text NOT NULL,
        closed_by text NOT NULL,
        closed_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT ck_delivery_past_closed CHECK (closed_as IN ('COUNTED_AS_SENT', 'SENT_AGAIN', 'RETRIED'))
      )`);
    await runner.query('CREATE INDEX ix_delivery_past_recipient ON delivery_past (execution_id, seq)');
    await runner.query(`
      CREATE TABLE dry_run (
        id uuid CONSTRAINT pk_dry_run PRIMARY KEY,
        project_id uuid NOT NULL,
        connection_id uuid NOT NULL,
        task_id uuid NOT NULL,
        kind text NOT NULL,
        request jsonb NOT NULL,
        result jsonb,
        requested_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        CONSTRAINT ck_dry_run_kind CHECK (kind IN ('EXECUTION', 'CALLBACK'))
      )`);
    await runner.query('CREATE INDEX ix_dry_run_project ON dry_run (project_id, id DESC)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dry_run');
    await runner.query('DROP TABLE delivery_past');
  }
}
