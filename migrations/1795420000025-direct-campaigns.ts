import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Campaigns that are sent from here to a segment, without Optimove, and what holds their executions. */
export class DirectCampaigns1795420000025 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of changes) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of reversal) await runner.query(statement);
  }
}

const ofOptimove = ['connection_id', 'channel_id', 'optimove_channel_id'];

const changes = [
  'ALTER TABLE execution DROP CONSTRAINT ck_execution_kind',
  `ALTER TABLE execution ADD CONSTRAINT ck_execution_kind CHECK (kind IN ('SCHEDULED', 'TRIGGERED', 'DIRECT'))`,
  ...ofOptimove.map((name) => `ALTER TABLE execution ALTER COLUMN ${name} DROP NOT NULL`),
  `ALTER TABLE execution ADD CONSTRAINT ck_execution_origin CHECK (
     num_nonnulls(connection_id, channel_id, optimove_channel_id) = CASE WHEN kind = 'DIRECT' THEN 0 ELSE 3 END)`,
  'ALTER TABLE execution ADD COLUMN hold_reason text',
  `CREATE INDEX ix_execution_direct ON execution (id) WHERE kind = 'DIRECT' AND state IN ('ANNOUNCED', 'RUNNING')`,
  'ALTER TABLE campaign_version ALTER COLUMN channel_id DROP NOT NULL',
  `CREATE TABLE direct_campaign (
    id uuid CONSTRAINT pk_direct_campaign PRIMARY KEY,
    project_id uuid NOT NULL,
    name text NOT NULL,
    status text NOT NULL DEFAULT 'DRAFT',
    content jsonb NOT NULL,
    segment jsonb,
    schedule jsonb NOT NULL,
    content_revision integer NOT NULL DEFAULT 1,
    launched_revision integer,
    launched_version_id uuid,
    launched_schedule jsonb,
    launches integer NOT NULL DEFAULT 0,
    next_at timestamptz,
    next_day date,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ck_direct_campaign_status CHECK (status IN ('DRAFT', 'SCHEDULED', 'PAUSED', 'FINISHED', 'ARCHIVED')),
    CONSTRAINT ck_direct_campaign_next CHECK ((next_at IS NULL) = (next_day IS NULL))
  )`,
  `CREATE UNIQUE INDEX uq_direct_campaign_name ON direct_campaign (project_id, name) WHERE status <> 'ARCHIVED'`,
  'CREATE INDEX ix_direct_campaign_project ON direct_campaign (project_id, id)',
  `CREATE INDEX ix_direct_campaign_next ON direct_campaign (next_at) WHERE status = 'SCHEDULED'`,
];

const reversal = [
  'DROP TABLE direct_campaign',
  'DELETE FROM campaign_version WHERE channel_id IS NULL',
  'ALTER TABLE campaign_version ALTER COLUMN channel_id SET NOT NULL',
  'DROP INDEX ix_execution_direct',
  'ALTER TABLE execution DROP COLUMN hold_reason',
  'ALTER TABLE execution DROP CONSTRAINT ck_execution_origin',
  `DELETE FROM execution WHERE kind = 'DIRECT'`,
  ...ofOptimove.map((name) => `ALTER TABLE execution ALTER COLUMN ${name} SET NOT NULL`),
  'ALTER TABLE execution DROP CONSTRAINT ck_execution_kind',
  `ALTER TABLE execution ADD CONSTRAINT ck_execution_kind CHECK (kind IN ('SCHEDULED', 'TRIGGERED'))`,
];
