import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Triggered executions: open for a day, filled from the journal as customers meet the trigger. */
export class Triggered1795420000013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution ADD COLUMN closes_at timestamptz');
    await runner.query('ALTER TABLE execution DROP CONSTRAINT ck_execution_kind');
    await runner.query(
      `ALTER TABLE execution ADD CONSTRAINT ck_execution_kind CHECK (kind IN ('SCHEDULED', 'TRIGGERED'))`,
    );
    await runner.query('ALTER TABLE callback_journal ADD COLUMN drained_at timestamptz');
    await runner.query(
      `CREATE INDEX ix_callback_journal_waiting ON callback_journal (execution_id, id) WHERE outcome = 'TRIGGERED' AND drained_at IS NULL`,
    );
    await outcomes(runner, `'ANNOUNCED', 'TRIGGERED', 'CANCELLED', 'NOTED', 'UNREADABLE', 'REFUSED'`);
    await runner.query(`
      CREATE TABLE triggered_occurrence (
        execution_id uuid NOT NULL,
        fingerprint bytea NOT NULL,
        seen_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_triggered_occurrence PRIMARY KEY (execution_id, fingerprint)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE triggered_occurrence');
    await runner.query(`DELETE FROM callback_journal WHERE outcome = 'TRIGGERED'`);
    await outcomes(runner, `'ANNOUNCED', 'CANCELLED', 'NOTED', 'UNREADABLE', 'REFUSED'`);
    await runner.query('DROP INDEX ix_callback_journal_waiting');
    await runner.query('ALTER TABLE callback_journal DROP COLUMN drained_at');
    await runner.query('ALTER TABLE execution DROP CONSTRAINT ck_execution_kind');
    await runner.query(`DELETE FROM execution WHERE kind = 'TRIGGERED'`);
    await runner.query(`ALTER TABLE execution ADD CONSTRAINT ck_execution_kind CHECK (kind IN ('SCHEDULED'))`);
    await runner.query('ALTER TABLE execution DROP COLUMN closes_at');
  }
}

async function outcomes(runner: QueryRunner, list: string): Promise<void> {
  await runner.query('ALTER TABLE callback_journal DROP CONSTRAINT ck_callback_journal_outcome');
  await runner.query(
    `ALTER TABLE callback_journal ADD CONSTRAINT ck_callback_journal_outcome CHECK (outcome IN (${list}))`,
  );
}
