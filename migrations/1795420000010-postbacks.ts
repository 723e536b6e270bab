import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is owed to Optimove and what it has acknowledged. */
export class Postbacks1795420000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE metric_total (
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        connection_id uuid NOT NULL,
        optimove_campaign_id text NOT NULL,
        optimove_channel_id integer NOT NULL,
        optimove_template_id text NOT NULL,
        metric text NOT NULL,
        owed_value integer NOT NULL,
        acknowledged_value integer NOT NULL DEFAULT 0,
        posting_value integer,
        state text NOT NULL DEFAULT 'OWED',
        tries integer NOT NULL DEFAULT 0,
        next_try_at timestamptz NOT NULL DEFAULT now(),
        last_error text,
        acknowledged_at timestamptz,
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_metric_total PRIMARY KEY (id),
        CONSTRAINT uq_metric_total UNIQUE (project_id, connection_id, optimove_campaign_id, optimove_channel_id, optimove_template_id, metric),
        CONSTRAINT ck_metric_total_metric CHECK (metric IN ('SENT', 'DELIVERED', 'DROPPED')),
        CONSTRAINT ck_metric_total_state CHECK (state IN ('OWED', 'ACKNOWLEDGED', 'REFUSED', 'UNCERTAIN'))
      )`);
    await runner.query(
      `CREATE INDEX ix_metric_total_owed ON metric_total (connection_id, next_try_at) WHERE state = 'OWED'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE metric_total');
  }
}
