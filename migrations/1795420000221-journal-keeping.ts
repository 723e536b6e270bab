import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far the journal was stripped of personal data, and refused triggers by customer. The bodies that are gone do not come back. */
export class JournalKeeping1795420000221 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE callback_journal ADD COLUMN stripped_at timestamptz');
    await runner.query(`
      CREATE TABLE callback_journal_mark (
        is_only boolean NOT NULL DEFAULT true CONSTRAINT pk_callback_journal_mark PRIMARY KEY,
        stripped_through bigint NOT NULL,
        CONSTRAINT ck_callback_journal_mark CHECK (is_only)
      )`);
    await runner.query('INSERT INTO callback_journal_mark (stripped_through) VALUES (0)');
    await runner.query(
      `CREATE INDEX ix_callback_journal_refused ON callback_journal (project_id, id) WHERE outcome = 'REFUSED' AND event_type_id = 11`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_callback_journal_refused');
    await runner.query('DROP TABLE callback_journal_mark');
    await runner.query('ALTER TABLE callback_journal DROP COLUMN stripped_at');
  }
}
