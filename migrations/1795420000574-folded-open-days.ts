import type { MigrationInterface, QueryRunner } from 'typeorm';

const over = `state IN ('COMPLETED', 'CANCELLED') AND NOT are_sums_folded`;

/** The sums of an open triggered day are folded up to a chunk. What was folded before is folded once more by the clock. */
export class FoldedOpenDays1795420000574 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE execution ADD COLUMN sums_folded_to integer NOT NULL DEFAULT 0, ADD COLUMN sums_version integer NOT NULL DEFAULT 0`,
    );
    await runner.query('UPDATE execution SET are_sums_folded = false WHERE are_sums_folded');
    await runner.query('DROP INDEX ix_execution_unfolded');
    await runner.query(
      `CREATE INDEX ix_execution_unfolded ON execution (id) WHERE ${over} OR kind = 'TRIGGERED' AND state = 'RUNNING'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('UPDATE execution SET are_sums_folded = false WHERE are_sums_folded');
    await runner.query('DROP INDEX ix_execution_unfolded');
    await runner.query(`CREATE INDEX ix_execution_unfolded ON execution (id) WHERE ${over}`);
    await runner.query('ALTER TABLE execution DROP COLUMN sums_version, DROP COLUMN sums_folded_to');
  }
}
