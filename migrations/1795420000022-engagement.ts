import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people did with their messages: an append-only intake, and the first time of each on the recipient. */
export class Engagement1795420000022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of changes) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of reversal) await runner.query(statement);
  }
}

const changes = [
  `CREATE TABLE engagement_intake (
    id bigint GENERATED ALWAYS AS IDENTITY,
    received_at timestamptz NOT NULL DEFAULT now(),
    project_id uuid NOT NULL,
    execution_id uuid NOT NULL,
    seq integer NOT NULL,
    medium text NOT NULL,
    kind text NOT NULL,
    is_machine boolean NOT NULL DEFAULT false,
    link text,
    answers jsonb,
    user_agent text,
    occurred_at timestamptz NOT NULL,
    processed_at timestamptz,
    CONSTRAINT pk_engagement_intake PRIMARY KEY (id, received_at),
    CONSTRAINT ck_engagement_intake_kind
      CHECK (kind IN ('OPENED', 'CLICKED', 'DISMISSED', 'UNSUBSCRIBED', 'PREFERENCES', 'COMPLAINED'))
  ) PARTITION BY RANGE (received_at)`,
  'CREATE INDEX ix_engagement_intake_waiting ON engagement_intake (id) WHERE processed_at IS NULL',
  'CREATE INDEX ix_engagement_intake_recipient ON engagement_intake (execution_id, seq, id)',
  `CREATE FUNCTION ensure_engagement_partitions(day timestamptz) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    first_day timestamptz := date_trunc('month', day, 'UTC');
    child text := 'engagement_intake_' || to_char(first_day AT TIME ZONE 'UTC', 'YYYYMM');
  BEGIN
    IF to_regclass(child) IS NOT NULL THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(727403);
    IF to_regclass(child) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE engagement_intake INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child);
    EXECUTE format('ALTER TABLE engagement_intake ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', child,
      first_day, first_day + interval '1 month');
  END $$`,
  'SELECT ensure_engagement_partitions(now())',
  `SELECT ensure_engagement_partitions(now() + interval '1 month')`,
  `ALTER TABLE recipient ADD COLUMN opened_at timestamptz, ADD COLUMN clicked_at timestamptz,
    ADD COLUMN unsubscribed_at timestamptz, ADD COLUMN complained_at timestamptz`,
];

const reversal = [
  `ALTER TABLE recipient DROP COLUMN opened_at, DROP COLUMN clicked_at, DROP COLUMN unsubscribed_at,
    DROP COLUMN complained_at`,
  'DROP FUNCTION ensure_engagement_partitions(timestamptz)',
  'DROP TABLE engagement_intake',
];
