import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Segments, what people do (events, tags, past campaigns), typed attributes. */
export class Segments1795420000019 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of changes) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of reversal) await runner.query(statement);
  }
}

const changes = [
  `CREATE TABLE segment (
    id uuid CONSTRAINT pk_segment PRIMARY KEY,
    project_id uuid NOT NULL,
    name text NOT NULL,
    rules jsonb NOT NULL,
    uses_segments uuid[] NOT NULL DEFAULT '{}',
    uses_attributes text[] NOT NULL DEFAULT '{}',
    status text NOT NULL DEFAULT 'ACTIVE',
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ck_segment_status CHECK (status IN ('ACTIVE', 'ARCHIVED'))
  )`,
  `CREATE UNIQUE INDEX uq_segment_name ON segment (project_id, name) WHERE status = 'ACTIVE'`,
  'CREATE INDEX ix_segment_project ON segment (project_id, id)',
  `CREATE TABLE recipient_count (
    id uuid CONSTRAINT pk_recipient_count PRIMARY KEY,
    project_id uuid NOT NULL,
    task_id uuid NOT NULL,
    segment_id uuid,
    rules jsonb NOT NULL,
    as_of timestamptz NOT NULL,
    after_id uuid,
    people integer NOT NULL DEFAULT 0,
    mobile_push integer NOT NULL DEFAULT 0,
    web_push integer NOT NULL DEFAULT 0,
    email integer NOT NULL DEFAULT 0,
    sms integer NOT NULL DEFAULT 0,
    finished_at timestamptz
  )`,
  'CREATE INDEX ix_recipient_count_project ON recipient_count (project_id, id)',
  'CREATE INDEX ix_recipient_count_open ON recipient_count (as_of) WHERE finished_at IS NULL',
  `CREATE TABLE behaviour (
    project_id uuid NOT NULL,
    profile_id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    occurred_at timestamptz NOT NULL,
    device_id uuid,
    value jsonb,
    CONSTRAINT ck_behaviour_kind CHECK (kind IN ('EVENT', 'TAG'))
  ) PARTITION BY RANGE (occurred_at)`,
  'CREATE INDEX ix_behaviour_counted ON behaviour (project_id, kind, name, profile_id, occurred_at)',
  'CREATE INDEX ix_behaviour_profile ON behaviour (profile_id, occurred_at)',
  `CREATE FUNCTION ensure_behaviour_partition(day timestamptz) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    first_day timestamptz := date_trunc('month', day, 'UTC');
    child text := 'behaviour_' || to_char(first_day AT TIME ZONE 'UTC', 'YYYYMM');
  BEGIN
    IF to_regclass(child) IS NOT NULL THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(727404);
    IF to_regclass(child) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE behaviour INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child);
    EXECUTE format('ALTER TABLE behaviour ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', child,
      first_day, (first_day AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
  END $$`,
  'SELECT ensure_behaviour_partition(now())',
  `CREATE TABLE campaign_deed (
    project_id uuid NOT NULL,
    profile_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    deed text NOT NULL,
    medium text NOT NULL,
    last_at timestamptz NOT NULL,
    CONSTRAINT pk_campaign_deed PRIMARY KEY (project_id, campaign_id, deed, profile_id, medium),
    CONSTRAINT ck_campaign_deed_deed
      CHECK (deed IN ('OPENED', 'CLICKED', 'DISMISSED', 'UNSUBSCRIBED', 'COMPLAINED'))
  )`,
  'CREATE INDEX ix_campaign_deed_profile ON campaign_deed (profile_id)',
  'ALTER TABLE import ADD COLUMN rejected_values integer NOT NULL DEFAULT 0',
  'ALTER TABLE campaign ADD COLUMN segment jsonb',
  'ALTER TABLE campaign_version ADD COLUMN segment jsonb',
];

const reversal = [
  'ALTER TABLE campaign_version DROP COLUMN segment',
  'ALTER TABLE campaign DROP COLUMN segment',
  'ALTER TABLE import DROP COLUMN rejected_values',
  'DROP TABLE campaign_deed',
  'DROP FUNCTION ensure_behaviour_partition(timestamptz)',
  'DROP TABLE behaviour',
  'DROP TABLE recipient_count',
  'DROP TABLE segment',
];
