import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The intake of receipts in months, with bounces and complaints; texts that people sent; what late bounces change. */
export class ReportsOfProviders1795420000320 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...monthFunction, ...receipts, ...texts, ...ledger, ...engagement])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of reversal) await runner.query(statement);
  }
}

const monthFunction = [
  `CREATE FUNCTION ensure_month_partition(parent text, day timestamptz) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    month timestamptz := date_trunc('month', day, 'UTC');
    child text := parent || '_' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM');
  BEGIN
    IF to_regclass(child) IS NOT NULL THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(727403);
    IF to_regclass(child) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child,
      month, (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
  END $$`,
];

const receipts = [
  'ALTER TABLE receipt_intake RENAME TO receipt_intake_before',
  'ALTER TABLE receipt_intake_before RENAME CONSTRAINT pk_receipt_intake TO pk_receipt_intake_before',
  'DROP INDEX ix_receipt_intake_waiting',
  `CREATE TABLE receipt_intake (
    id bigint GENERATED ALWAYS AS IDENTITY,
    received_at timestamptz NOT NULL DEFAULT now(),
    project_id uuid NOT NULL,
    account_id uuid NOT NULL,
    provider_message_id text NOT NULL,
    status text NOT NULL,
    code text NOT NULL,
    occurred_at timestamptz NOT NULL,
    bounce text,
    address text,
    raw text,
    processed_at timestamptz,
    tries integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL DEFAULT now(),
    is_unknown boolean NOT NULL DEFAULT false,
    CONSTRAINT pk_receipt_intake PRIMARY KEY (id, received_at),
    CONSTRAINT ck_receipt_intake_status
      CHECK (status IN ('DELIVERED', 'FAILED', 'UNKNOWN', 'COMPLAINED', 'UNSUBSCRIBED', 'UNREADABLE'))
  ) PARTITION BY RANGE (received_at)`,
  'CREATE INDEX ix_receipt_intake_waiting ON receipt_intake (id) WHERE processed_at IS NULL',
  'CREATE INDEX ix_receipt_intake_message ON receipt_intake (account_id, provider_message_id)',
  'CREATE INDEX ix_receipt_intake_unknown ON receipt_intake (project_id, id DESC) WHERE is_unknown',
  `SELECT ensure_month_partition('receipt_intake', m) FROM (
     SELECT generate_series(least(date_trunc('month', min(received_at), 'UTC'), date_trunc('month', now(), 'UTC')),
       now() + interval '1 month', interval '1 month') AS m FROM receipt_intake_before) AS months`,
  `INSERT INTO receipt_intake (received_at, project_id, account_id, provider_message_id, status, code, occurred_at,
     processed_at, tries, next_try_at)
   SELECT received_at, project_id, account_id, provider_message_id, status, code, occurred_at, processed_at, tries, next_try_at
   FROM receipt_intake_before ORDER BY id`,
  'DROP TABLE receipt_intake_before',
];

const texts = [
  `CREATE TABLE text_intake (
    id bigint GENERATED ALWAYS AS IDENTITY,
    received_at timestamptz NOT NULL DEFAULT now(),
    project_id uuid NOT NULL,
    account_id uuid NOT NULL,
    from_number text NOT NULL,
    to_number text NOT NULL,
    text text NOT NULL,
    keyword text,
    occurred_at timestamptz NOT NULL,
    processed_at timestamptz,
    is_unknown boolean NOT NULL DEFAULT false,
    CONSTRAINT pk_text_intake PRIMARY KEY (id, received_at),
    CONSTRAINT ck_text_intake_keyword CHECK (keyword IN ('STOP', 'START', 'HELP'))
  ) PARTITION BY RANGE (received_at)`,
  'CREATE INDEX ix_text_intake_waiting ON text_intake (id) WHERE processed_at IS NULL',
  'CREATE INDEX ix_text_intake_project ON text_intake (project_id, id DESC)',
  `SELECT ensure_month_partition('text_intake', now() + m * interval '1 month') FROM generate_series(0, 1) AS m`,
];

const ledger = [
  'ALTER TABLE delivery ADD COLUMN bounce text',
  `CREATE INDEX ix_delivery_texted ON delivery (profile_id) WHERE medium = 'SMS'`,
  'ALTER TABLE recipient ADD COLUMN bounced_at timestamptz',
  'ALTER TABLE kept_message ADD COLUMN fetched_at timestamptz',
];

const kinds = `'OPENED', 'CLICKED', 'DISMISSED', 'UNSUBSCRIBED', 'PREFERENCES', 'COMPLAINED'`;

const engagement = [
  'ALTER TABLE engagement_intake ADD COLUMN profile_id uuid, ADD COLUMN is_unknown boolean NOT NULL DEFAULT false',
  'ALTER TABLE engagement_intake DROP CONSTRAINT ck_engagement_intake_kind',
  `ALTER TABLE engagement_intake ADD CONSTRAINT ck_engagement_intake_kind CHECK (kind IN (${kinds}, 'DELIVERED'))`,
];

const reversal = [
  `DELETE FROM engagement_intake WHERE kind = 'DELIVERED'`,
  'ALTER TABLE engagement_intake DROP CONSTRAINT ck_engagement_intake_kind',
  `ALTER TABLE engagement_intake ADD CONSTRAINT ck_engagement_intake_kind CHECK (kind IN (${kinds}))`,
  'ALTER TABLE engagement_intake DROP COLUMN profile_id, DROP COLUMN is_unknown',
  'ALTER TABLE recipient DROP COLUMN bounced_at',
  'ALTER TABLE kept_message DROP COLUMN fetched_at',
  'DROP INDEX ix_delivery_texted',
  'ALTER TABLE delivery DROP COLUMN bounce',
  'DROP TABLE text_intake',
  'ALTER TABLE receipt_intake RENAME TO receipt_intake_before',
  'ALTER TABLE receipt_intake_before RENAME CONSTRAINT pk_receipt_intake TO pk_receipt_intake_before',
  'DROP INDEX ix_receipt_intake_waiting',
  `CREATE TABLE receipt_intake (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_receipt_intake PRIMARY KEY,
    project_id uuid NOT NULL,
    account_id uuid NOT NULL,
    provider_message_id text NOT NULL,
    status text NOT NULL,
    code text NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    processed_at timestamptz,
    tries integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_receipt_intake UNIQUE (account_id, provider_message_id, status),
    CONSTRAINT ck_receipt_intake_status CHECK (status IN ('DELIVERED', 'FAILED', 'UNKNOWN'))
  )`,
  'CREATE INDEX ix_receipt_intake_waiting ON receipt_intake (id) WHERE processed_at IS NULL',
  `INSERT INTO receipt_intake (project_id, account_id, provider_message_id, status, code, occurred_at, received_at,
     processed_at, tries, next_try_at)
   SELECT project_id, account_id, provider_message_id, status, code, occurred_at, received_at, processed_at, tries, next_try_at
   FROM receipt_intake_before WHERE status IN ('DELIVERED', 'FAILED', 'UNKNOWN') ORDER BY id
   ON CONFLICT ON CONSTRAINT uq_receipt_intake DO NOTHING`,
  'DROP TABLE receipt_intake_before',
  'DROP FUNCTION ensure_month_partition(text, timestamptz)',
];
