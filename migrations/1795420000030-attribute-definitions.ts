import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The project's own list of custom attributes. */
export class AttributeDefinitions1795420000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE attribute_definition (
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        name text NOT NULL,
        type text NOT NULL,
        target text NOT NULL,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_attribute_definition PRIMARY KEY (id),
        CONSTRAINT uq_attribute_definition_name UNIQUE (project_id, name),
        CONSTRAINT ck_attribute_definition_type CHECK (type IN ('STRING', 'NUMBER', 'DATE', 'ARRAY', 'BOOLEAN')),
        CONSTRAINT ck_attribute_definition_target CHECK (target IN ('PROFILE', 'DEVICE'))
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE attribute_definition');
  }
}
