import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Work on the stored values of an attribute: converted to another type, or removed with their definition. */
export class AttributeWorks1795420000281 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE attribute_work (
      id uuid CONSTRAINT pk_attribute_work PRIMARY KEY,
      project_id uuid NOT NULL,
      task_id uuid NOT NULL,
      name text NOT NULL,
      target text NOT NULL,
      to_type text,
      after_id uuid,
      started_at timestamptz NOT NULL DEFAULT now(),
      finished_at timestamptz,
      CONSTRAINT ck_attribute_work_target CHECK (target IN ('PROFILE', 'DEVICE')),
      CONSTRAINT ck_attribute_work_type CHECK (to_type IN ('STRING', 'NUMBER', 'DATE', 'ARRAY', 'BOOLEAN'))
    )`);
    await runner.query(
      'CREATE UNIQUE INDEX uq_attribute_work_open ON attribute_work (project_id, name) WHERE finished_at IS NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE attribute_work');
  }
}
