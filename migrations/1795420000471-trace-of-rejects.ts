import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A customer is found among the rows of an execution that were dropped before the audience without reading them all. */
export class TraceOfRejects1795420000471 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX ix_recipient_reject_customer ON recipient_reject (execution_id, customer_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_recipient_reject_customer');
  }
}
