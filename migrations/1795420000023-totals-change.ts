import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which executions' totals may have changed: written with the change, taken by who tells Optimove. No queue can lose it. */
export class TotalsChange1795420000023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE totals_change (
      id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_totals_change PRIMARY KEY,
      execution_id uuid NOT NULL
    )`);
    await runner.query(`INSERT INTO totals_change (execution_id) SELECT id FROM execution WHERE frozen_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE totals_change');
  }
}
