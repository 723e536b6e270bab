import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The next chunk of an execution is found without a look at those that are done, nor at those that are not due yet. */
export class NextChunk1795420000586 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_execution_chunk_left');
    await runner.query(
      `CREATE INDEX ix_execution_chunk_left ON execution_chunk (execution_id, chunk_no, due_at) WHERE state = 'PENDING'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_execution_chunk_left');
    await runner.query(
      `CREATE INDEX ix_execution_chunk_left ON execution_chunk (execution_id) WHERE state = 'PENDING'`,
    );
  }
}
