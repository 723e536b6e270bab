import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the work of a task began; null while it waits for its turn. Of earlier tasks it is taken to be when they were made. */
export class TasksStart1795420000552 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE task ADD COLUMN started_at timestamptz');
    await runner.query('UPDATE task SET started_at = created_at');
    await runner.query('ALTER TABLE task ALTER COLUMN started_at SET DEFAULT now()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE task DROP COLUMN started_at');
  }
}
