import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whoever stops an execution hears how many of its messages nobody has fetched yet. */
export class KeptMessagesWaiting1795420000350 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX ix_kept_message_waiting ON kept_message (project_id, split_part(delivery_id, '.', 1))
      WHERE fetched_at IS NULL AND deleted_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_kept_message_waiting');
  }
}
