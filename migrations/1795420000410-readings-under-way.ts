import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Readings that were begun and not finished, also of executions that had completed before. */
export class ReadingsUnderWay1795420000410 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX ix_execution_reading ON execution (id) WHERE reading > read_through');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_execution_reading');
  }
}
