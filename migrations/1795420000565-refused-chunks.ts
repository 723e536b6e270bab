import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How often a chunk came back because somebody in it could not be sent to yet is counted by itself: `attempt` names its
 * jobs, and rises whenever it is queued again, though nobody may have worked on it.
 */
export class RefusedChunks1795420000565 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution_chunk ADD COLUMN refusals int NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution_chunk DROP COLUMN refusals');
  }
}
