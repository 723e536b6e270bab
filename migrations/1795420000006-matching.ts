import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Imported mobile numbers that were refused, with the reason. */
export class Matching1795420000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE number_reject (
        execution_id uuid NOT NULL,
        seq integer NOT NULL,
        project_id uuid NOT NULL,
        connection_id uuid NOT NULL,
        customer_id text NOT NULL,
        value text NOT NULL,
        reason text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_number_reject PRIMARY KEY (execution_id, seq)
      )`);
    await runner.query(
      'CREATE INDEX ix_number_reject_connection ON number_reject (project_id, connection_id, execution_id, seq)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE number_reject');
  }
}
