import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether anybody was erased since an instant is asked for every chunk that is sent. */
export class ErasedSince1795420000558 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX ix_erased_customer_erased_at ON erased_customer (project_id, erased_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_erased_customer_erased_at');
  }
}
