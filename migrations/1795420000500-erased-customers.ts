import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who was erased, for the few days in which a list may name them again: keyed digests, no names. */
export class ErasedCustomers1795420000500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE erased_customer (
         project_id uuid NOT NULL,
         digest bytea NOT NULL,
         erased_at timestamptz NOT NULL DEFAULT now(),
         CONSTRAINT pk_erased_customer PRIMARY KEY (project_id, digest)
       )`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE erased_customer');
  }
}
