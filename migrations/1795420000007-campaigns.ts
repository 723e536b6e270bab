import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Campaigns as authors edit them, what launches froze, and what Optimove is to know of them. */
export class Campaigns1795420000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE campaign (
      id uuid NOT NULL,
      project_id uuid NOT NULL,
      connection_id uuid NOT NULL,
      channel_id uuid NOT NULL,
      name text NOT NULL,
      status text NOT NULL DEFAULT 'DRAFT',
      content jsonb NOT NULL,
      optimove_template_id integer NOT NULL,
      content_revision integer NOT NULL DEFAULT 1,
      launched_revision integer,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT pk_campaign PRIMARY KEY (id),
      CONSTRAINT ck_campaign_status CHECK (status IN ('DRAFT', 'PUBLISHED', 'WITHDRAWN', 'ARCHIVED')),
      CONSTRAINT ck_campaign_optimove_template CHECK (optimove_template_id > 0)
    )`);
    await runner.query(
      `CREATE UNIQUE INDEX uq_campaign_name ON campaign (project_id, name) WHERE status <> 'ARCHIVED'`,
    );
    await runner.query('CREATE INDEX ix_campaign_project ON campaign (project_id, id)');
    await runner.query(
      'CREATE UNIQUE INDEX uq_campaign_optimove_template ON campaign (project_id, connection_id, optimove_template_id)',
    );
    await runner.query(`CREATE TABLE campaign_version (
      id uuid NOT NULL,
      project_id uuid NOT NULL,
      campaign_id uuid NOT NULL,
      channel_id uuid NOT NULL,
      number integer NOT NULL,
      content jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT pk_campaign_version PRIMARY KEY (id)
    )`);
    await runner.query(
      'CREATE UNIQUE INDEX uq_campaign_version_number ON campaign_version (project_id, campaign_id, number)',
    );
    await this.createPublications(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['template_publication', 'campaign_version', 'campaign']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }

  private async createPublications(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE template_publication (
      id uuid NOT NULL,
      project_id uuid NOT NULL,
      campaign_id uuid NOT NULL,
      connection_id uuid NOT NULL,
      channel_id uuid NOT NULL,
      optimove_channel_id integer NOT NULL,
      optimove_template_id integer NOT NULL,
      template_name text NOT NULL,
      version_id uuid NOT NULL,
      state text NOT NULL DEFAULT 'PENDING',
      revision integer NOT NULL DEFAULT 1,
      error_code text,
      last_error text,
      published_at timestamptz,
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT pk_template_publication PRIMARY KEY (id),
      CONSTRAINT ck_template_publication_state
        CHECK (state IN ('PENDING', 'PUBLISHED', 'FAILED', 'WITHDRAWING', 'WITHDRAWN'))
    )`);
    await runner.query(
      'CREATE UNIQUE INDEX uq_template_publication_channel ON template_publication (project_id, campaign_id, channel_id)',
    );
    await runner.query(
      `CREATE INDEX ix_template_publication_template
       ON template_publication (connection_id, optimove_channel_id, optimove_template_id)`,
    );
    await runner.query(
      `CREATE INDEX ix_template_publication_open ON template_publication (updated_at)
       WHERE state IN ('PENDING', 'WITHDRAWING')`,
    );
  }
}
