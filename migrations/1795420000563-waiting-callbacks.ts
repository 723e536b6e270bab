import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Triggered callbacks that wait for their place stand in a narrow table of their own: to take one out of the row of those
 * that wait was to write its line of the journal again, in all its indexes.
 */
export class WaitingCallbacks1795420000563 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('LOCK TABLE callback_journal IN SHARE ROW EXCLUSIVE MODE');
    await runner.query(`
      CREATE TABLE callback_waiting (
        execution_id uuid NOT NULL,
        journal_id bigint NOT NULL,
        received_at timestamptz NOT NULL,
        CONSTRAINT pk_callback_waiting PRIMARY KEY (execution_id, journal_id)
      ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, vacuum_truncate = off)`);
    await runner.query(`
      INSERT INTO callback_waiting (execution_id, journal_id, received_at)
      SELECT execution_id, id, received_at FROM callback_journal
      WHERE outcome = 'TRIGGERED' AND drained_at IS NULL AND execution_id IS NOT NULL`);
    await runner.query('DROP INDEX ix_callback_journal_waiting');
    await runner.query('ALTER TABLE callback_journal DROP COLUMN drained_at');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE callback_journal ADD COLUMN drained_at timestamptz');
    await runner.query(`
      UPDATE callback_journal j SET drained_at = j.received_at
      WHERE outcome = 'TRIGGERED' AND NOT EXISTS (SELECT 1 FROM callback_waiting w WHERE w.journal_id = j.id)`);
    await runner.query(
      `CREATE INDEX ix_callback_journal_waiting ON callback_journal (execution_id, id) WHERE outcome = 'TRIGGERED' AND drained_at IS NULL`,
    );
    await runner.query('DROP TABLE callback_waiting');
  }
}
