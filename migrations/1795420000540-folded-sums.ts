import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The chunks of a completed or cancelled execution are added up once. Those of before are folded by the clock, bit by bit. */
export class FoldedSums1795420000540 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution ADD COLUMN are_sums_folded boolean NOT NULL DEFAULT false');
    await runner.query(
      `CREATE INDEX ix_execution_unfolded ON execution (id) WHERE state IN ('COMPLETED', 'CANCELLED') AND NOT are_sums_folded`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DELETE FROM execution_tally t USING execution e WHERE t.execution_id = e.id AND t.chunk_no = -1',
    );
    await runner.query('DROP INDEX ix_execution_unfolded');
    await runner.query('ALTER TABLE execution DROP COLUMN are_sums_folded');
  }
}
