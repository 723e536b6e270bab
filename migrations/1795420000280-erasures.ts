import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Erasures of people: whom they are about is kept until they have ended, and no longer. */
export class Erasures1795420000280 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE erasure (
      id uuid CONSTRAINT pk_erasure PRIMARY KEY,
      project_id uuid NOT NULL,
      task_id uuid NOT NULL,
      person jsonb,
      started_at timestamptz NOT NULL DEFAULT now(),
      finished_at timestamptz,
      CONSTRAINT ck_erasure_person CHECK ((person IS NULL) = (finished_at IS NOT NULL))
    )`);
    await runner.query('CREATE INDEX ix_erasure_open ON erasure (started_at) WHERE finished_at IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE erasure');
  }
}
