import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Reusable pieces of content. What was launched keeps their texts, so a row may change or go. */
export class Snippets1795420000039 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE snippet (
      id uuid CONSTRAINT pk_snippet PRIMARY KEY,
      project_id uuid NOT NULL,
      name text NOT NULL,
      text text NOT NULL,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT uq_snippet_name UNIQUE (project_id, name)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE snippet');
  }
}
