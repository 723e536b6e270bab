import type { MigrationInterface, QueryRunner } from 'typeorm';

/** E-mails that campaigns start from. Campaigns keep a text of their own, so a row may change or be put away. */
export class EmailTemplates1795420000392 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE email_template (
      id uuid CONSTRAINT pk_email_template PRIMARY KEY,
      project_id uuid NOT NULL,
      name text NOT NULL,
      html text NOT NULL,
      subject text,
      preheader text,
      revision integer NOT NULL DEFAULT 1,
      version integer NOT NULL DEFAULT 1,
      is_archived boolean NOT NULL DEFAULT false,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
    await runner.query(
      'CREATE UNIQUE INDEX uq_email_template_name ON email_template (project_id, name) WHERE NOT is_archived',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE email_template');
  }
}
