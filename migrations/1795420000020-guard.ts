import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Suppression attributes and their daily values, exclusion rules, overrides, and the proof of what the guard decided. */
export class Guard1795420000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION ensure_guard_decision_partition(timestamptz)');
    for (const table of [...tables].reverse()) await runner.query(`DROP TABLE ${table}`);
  }
}

const tables = [
  'suppression_feed',
  'suppression_attribute',
  'suppression_sync_run',
  'remembered_value',
  'exclusion_rule',
  'guard_override',
  'guard_decision',
];

const statements = [
  `CREATE TABLE suppression_feed (
    connection_id uuid CONSTRAINT pk_suppression_feed PRIMARY KEY,
    project_id uuid NOT NULL,
    guards_optimove boolean NOT NULL DEFAULT false,
    data_date date,
    checked_at timestamptz,
    problem text,
    alarmed_on date,
    version integer NOT NULL DEFAULT 1
  )`,
  'CREATE INDEX ix_suppression_feed_project ON suppression_feed (project_id, connection_id)',
  `CREATE TABLE suppression_attribute (
    id uuid CONSTRAINT pk_suppression_attribute PRIMARY KEY,
    project_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    name text NOT NULL,
    type text NOT NULL,
    state text NOT NULL DEFAULT 'WAITING',
    state_reason text,
    data_date date,
    data_as_of timestamptz,
    complete_date date,
    gap_before date,
    last_synced_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_suppression_attribute_name UNIQUE (project_id, connection_id, name),
    CONSTRAINT ck_suppression_attribute_state CHECK (state IN ('WAITING', 'FRESH', 'FAILED', 'STOPPED'))
  )`,
  `CREATE TABLE suppression_sync_run (
    id uuid CONSTRAINT pk_suppression_sync_run PRIMARY KEY,
    project_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    attribute_id uuid NOT NULL,
    source text NOT NULL,
    data_date date NOT NULL,
    state text NOT NULL DEFAULT 'WAITING',
    task_id uuid NOT NULL,
    attempt integer NOT NULL DEFAULT 0,
    holder uuid,
    held_until timestamptz,
    received integer NOT NULL DEFAULT 0,
    added integer NOT NULL DEFAULT 0,
    changed integer NOT NULL DEFAULT 0,
    cleared integer NOT NULL DEFAULT 0,
    unchanged integer NOT NULL DEFAULT 0,
    unknown_customers integer NOT NULL DEFAULT 0,
    repeated integer NOT NULL DEFAULT 0,
    rejected integer NOT NULL DEFAULT 0,
    detail text,
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT ck_suppression_sync_run_source CHECK (source IN ('CHANGERS', 'FILE')),
    CONSTRAINT ck_suppression_sync_run_state CHECK (state IN ('WAITING', 'RUNNING', 'SUCCEEDED', 'PARTLY_FAILED', 'FAILED'))
  )`,
  `CREATE UNIQUE INDEX uq_suppression_sync_run_date ON suppression_sync_run (attribute_id, data_date)
    WHERE source = 'CHANGERS'`,
  'CREATE INDEX ix_suppression_sync_run_attribute ON suppression_sync_run (project_id, attribute_id, id)',
  `CREATE INDEX ix_suppression_sync_run_open ON suppression_sync_run (id) WHERE state IN ('WAITING', 'RUNNING')`,
  `CREATE TABLE remembered_value (
    project_id uuid NOT NULL,
    attribute_id uuid NOT NULL,
    user_id text NOT NULL,
    value jsonb,
    data_date date NOT NULL,
    is_known boolean NOT NULL,
    is_doubtful boolean NOT NULL DEFAULT false,
    is_listed boolean NOT NULL DEFAULT true,
    run_id uuid,
    change text,
    CONSTRAINT pk_remembered_value PRIMARY KEY (attribute_id, user_id),
    CONSTRAINT ck_remembered_value_change CHECK (change IN ('ADDED', 'CHANGED', 'CLEARED', 'UNCHANGED'))
  ) WITH (fillfactor = 85)`,
  'CREATE INDEX ix_remembered_value_unknown ON remembered_value (attribute_id, user_id) WHERE NOT is_known',
  `CREATE TABLE exclusion_rule (
    id uuid CONSTRAINT pk_exclusion_rule PRIMARY KEY,
    project_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    attribute_id uuid NOT NULL,
    excluding_values jsonb NOT NULL,
    excluding_keys text[] NOT NULL,
    when_unknown text NOT NULL,
    maximum_age_hours integer NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_exclusion_rule_attribute UNIQUE (project_id, attribute_id),
    CONSTRAINT ck_exclusion_rule_when_unknown CHECK (when_unknown IN ('EXCLUDE', 'ALLOW')),
    CONSTRAINT ck_exclusion_rule_maximum_age CHECK (maximum_age_hours BETWEEN 1 AND 8760)
  )`,
  `CREATE TABLE guard_override (
    id uuid CONSTRAINT pk_guard_override PRIMARY KEY,
    project_id uuid NOT NULL,
    rule_id uuid NOT NULL,
    reason text NOT NULL,
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
  )`,
  'CREATE INDEX ix_guard_override_rule ON guard_override (project_id, rule_id, id)',
  `CREATE TABLE guard_decision (
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    project_id uuid NOT NULL,
    profile_id uuid NOT NULL,
    user_id text,
    origin text NOT NULL,
    execution_id uuid NOT NULL,
    medium text,
    basis text NOT NULL,
    basis_id uuid NOT NULL,
    attribute text,
    value jsonb,
    value_date date,
    own_value jsonb,
    freshness text,
    data_date date,
    override_id uuid,
    outcome text NOT NULL,
    detail text
  ) PARTITION BY RANGE (decided_at)`,
  'CREATE INDEX ix_guard_decision_person ON guard_decision (project_id, profile_id, decided_at)',
  'CREATE INDEX ix_guard_decision_user ON guard_decision (project_id, user_id, decided_at)',
  `CREATE FUNCTION ensure_guard_decision_partition(day timestamptz) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    month timestamptz := date_trunc('month', day, 'UTC');
    child text := 'guard_decision_' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM');
  BEGIN
    IF to_regclass(child) IS NOT NULL THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(727403);
    IF to_regclass(child) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE guard_decision INCLUDING ALL)', child);
    EXECUTE format('ALTER TABLE guard_decision ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
      child, month, (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
  END $$`,
  `SELECT ensure_guard_decision_partition(now() + m * interval '1 month') FROM generate_series(0, 3) AS m`,
];
