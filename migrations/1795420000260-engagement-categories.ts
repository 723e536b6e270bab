import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often, to whom and at which hours messages go out: categories with the uses they count, and the rules of a project. */
export class EngagementCategories1795420000260 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE engagement_category (
      id uuid CONSTRAINT pk_engagement_category PRIMARY KEY,
      project_id uuid NOT NULL,
      name text NOT NULL,
      segment jsonb,
      ignores_subscription boolean NOT NULL DEFAULT false,
      ignores_quiet_hours boolean NOT NULL DEFAULT false,
      per_day integer,
      per_week integer,
      per_month integer,
      cool_down_minutes integer,
      is_archived boolean NOT NULL DEFAULT false,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT ck_engagement_category_limits CHECK (per_day > 0 AND per_week > 0 AND per_month > 0 AND cool_down_minutes > 0)
    )`);
    await runner.query(
      'CREATE UNIQUE INDEX uq_engagement_category_name ON engagement_category (project_id, name) WHERE NOT is_archived',
    );
    await runner.query(`CREATE TABLE engagement_use (
      project_id uuid NOT NULL,
      category_id uuid NOT NULL,
      profile_id uuid NOT NULL,
      uses jsonb NOT NULL,
      last_used_at timestamptz NOT NULL,
      CONSTRAINT pk_engagement_use PRIMARY KEY (category_id, profile_id)
    ) WITH (fillfactor = 80)`);
    await runner.query(`CREATE TABLE sending_rules (
      project_id uuid CONSTRAINT pk_sending_rules PRIMARY KEY,
      quiet_from time,
      quiet_to time,
      is_quiet_for_triggered boolean NOT NULL DEFAULT false,
      is_category_required boolean NOT NULL DEFAULT false,
      version integer NOT NULL DEFAULT 1,
      CONSTRAINT ck_sending_rules_quiet CHECK ((quiet_from IS NULL) = (quiet_to IS NULL) AND quiet_from <> quiet_to)
    )`);
    await runner.query('ALTER TABLE recipient ADD COLUMN held_until timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE recipient DROP COLUMN held_until');
    for (const table of ['sending_rules', 'engagement_use', 'engagement_category']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}
