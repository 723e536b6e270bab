import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Executions whose inbox and in-app messages are not shown any more, before they expire. */
export class StoppedMessages1795420000242 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE kept_message_stop (
      project_id uuid NOT NULL,
      batch_id text NOT NULL,
      stopped_by text NOT NULL,
      stopped_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT pk_kept_message_stop PRIMARY KEY (project_id, batch_id)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE kept_message_stop');
  }
}
