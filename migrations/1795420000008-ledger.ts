import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The ledger: executions and what became of every customer row. People's tables are range-partitioned by the UUID v7
 * execution id, so that the unique keys hold and old days leave as whole partitions.
 */
export class Ledger1795420000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...executionTables, ...peopleTables, partitionFunction]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION ensure_ledger_partitions(timestamptz)');
    const tables = ['delivery', 'recipient', 'recipient_reject', 'recipient_staging'];
    tables.push(
      'execution_tally',
      'execution_chunk',
      'execution_page',
      'execution_template',
      'execution',
      'callback_journal',
    );
    for (const table of tables) await runner.query(`DROP TABLE ${table}`);
  }
}

const executionTables = [
  `CREATE TABLE callback_journal (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_callback_journal PRIMARY KEY,
    project_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    kind text NOT NULL,
    content_type text,
    body bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    event_type_id integer,
    optimove_campaign_id text,
    optimove_channel_id integer,
    outcome text NOT NULL,
    reason text,
    execution_id uuid,
    CONSTRAINT ck_callback_journal_outcome CHECK (outcome IN ('ANNOUNCED', 'NOTED', 'UNREADABLE', 'REFUSED'))
  )`,
  'CREATE INDEX ix_callback_journal_connection ON callback_journal (connection_id, id)',
  'CREATE INDEX ix_callback_journal_execution ON callback_journal (execution_id) WHERE execution_id IS NOT NULL',
  `CREATE TABLE execution (
    id uuid CONSTRAINT pk_execution PRIMARY KEY,
    project_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    optimove_channel_id integer NOT NULL,
    optimove_campaign_id text NOT NULL,
    run_date date NOT NULL,
    kind text NOT NULL DEFAULT 'SCHEDULED',
    state text NOT NULL DEFAULT 'ANNOUNCED',
    reason text,
    announced_at timestamptz NOT NULL DEFAULT now(),
    last_announced_at timestamptz NOT NULL DEFAULT now(),
    reading integer NOT NULL DEFAULT 0,
    read_started_at timestamptz,
    read_at timestamptz,
    frozen_at timestamptz,
    completed_at timestamptz,
    received integer NOT NULL DEFAULT 0,
    recipients integer NOT NULL DEFAULT 0,
    attributes text[] NOT NULL DEFAULT '{}',
    holder uuid,
    held_until timestamptz,
    CONSTRAINT uq_execution_announcement UNIQUE (project_id, connection_id, optimove_campaign_id, channel_id, run_date),
    CONSTRAINT ck_execution_state CHECK (state IN ('ANNOUNCED', 'READING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
    CONSTRAINT ck_execution_kind CHECK (kind IN ('SCHEDULED'))
  )`,
  'CREATE INDEX ix_execution_project ON execution (project_id, id DESC)',
  `CREATE INDEX ix_execution_unfinished ON execution (id) WHERE state IN ('ANNOUNCED', 'READING', 'RUNNING')`,
  `CREATE TABLE execution_template (
    execution_id uuid NOT NULL,
    optimove_template_id text NOT NULL,
    version_id uuid,
    received integer NOT NULL DEFAULT 0,
    duplicates integer NOT NULL DEFAULT 0,
    malformed integer NOT NULL DEFAULT 0,
    CONSTRAINT pk_execution_template PRIMARY KEY (execution_id, optimove_template_id)
  )`,
  `CREATE TABLE execution_page (
    execution_id uuid NOT NULL,
    reading integer NOT NULL,
    skip integer NOT NULL,
    next_skip integer NOT NULL,
    received integer NOT NULL,
    malformed integer NOT NULL,
    read_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_execution_page PRIMARY KEY (execution_id, reading, skip)
  )`,
  `CREATE TABLE execution_chunk (
    execution_id uuid NOT NULL,
    chunk_no integer NOT NULL,
    from_seq integer NOT NULL,
    to_seq integer NOT NULL,
    due_at timestamptz NOT NULL,
    attempt integer NOT NULL DEFAULT 0,
    fence integer NOT NULL DEFAULT 0,
    holder uuid,
    held_until timestamptz,
    state text NOT NULL DEFAULT 'PENDING',
    queued_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    CONSTRAINT pk_execution_chunk PRIMARY KEY (execution_id, chunk_no),
    CONSTRAINT ck_execution_chunk_state CHECK (state IN ('PENDING', 'DONE'))
  )`,
  `CREATE INDEX ix_execution_chunk_open ON execution_chunk (due_at) WHERE state = 'PENDING'`,
  `CREATE INDEX ix_execution_chunk_left ON execution_chunk (execution_id) WHERE state = 'PENDING'`,
  `CREATE TABLE execution_tally (
    execution_id uuid NOT NULL,
    chunk_no integer NOT NULL,
    optimove_template_id text NOT NULL,
    measure text NOT NULL,
    count integer NOT NULL,
    CONSTRAINT pk_execution_tally PRIMARY KEY (execution_id, chunk_no, optimove_template_id, measure)
  )`,
];

const peopleTables = [
  `CREATE TABLE recipient_staging (
    execution_id uuid NOT NULL,
    reading integer NOT NULL,
    row_no integer NOT NULL,
    project_id uuid NOT NULL,
    customer_id text NOT NULL,
    optimove_template_id text NOT NULL,
    scheduled_time text NOT NULL,
    is_control boolean NOT NULL,
    attributes text[] NOT NULL,
    CONSTRAINT pk_recipient_staging PRIMARY KEY (execution_id, reading, row_no)
  ) PARTITION BY RANGE (execution_id)`,
  `CREATE TABLE recipient_reject (
    execution_id uuid NOT NULL,
    reading integer NOT NULL,
    row_no integer NOT NULL,
    project_id uuid NOT NULL,
    state text NOT NULL,
    optimove_template_id text NOT NULL,
    customer_id text,
    reason text NOT NULL,
    raw text NOT NULL,
    CONSTRAINT pk_recipient_reject PRIMARY KEY (execution_id, reading, row_no),
    CONSTRAINT ck_recipient_reject_state CHECK (state IN ('MALFORMED', 'DUPLICATE'))
  ) PARTITION BY RANGE (execution_id)`,
  `CREATE TABLE recipient (
    execution_id uuid NOT NULL,
    seq integer NOT NULL,
    project_id uuid NOT NULL,
    reading integer NOT NULL,
    row_no integer NOT NULL,
    customer_id text NOT NULL,
    optimove_template_id text NOT NULL,
    due_at timestamptz NOT NULL,
    profile_id uuid,
    end_state text,
    reason text,
    ended_at timestamptz,
    delivered_at timestamptz,
    CONSTRAINT pk_recipient PRIMARY KEY (execution_id, seq),
    CONSTRAINT uq_recipient_customer UNIQUE (execution_id, customer_id, optimove_template_id, due_at)
  ) PARTITION BY RANGE (execution_id)`,
  `CREATE TABLE delivery (
    execution_id uuid NOT NULL,
    seq integer NOT NULL,
    medium text NOT NULL,
    address_key text NOT NULL,
    project_id uuid NOT NULL,
    profile_id uuid NOT NULL,
    account_id uuid NOT NULL,
    state text NOT NULL,
    fence integer NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    reason text,
    provider_message_id text,
    claimed_at timestamptz NOT NULL DEFAULT now(),
    answered_at timestamptz,
    receipt_status text,
    receipt_at timestamptz,
    CONSTRAINT pk_delivery PRIMARY KEY (execution_id, seq, medium, address_key),
    CONSTRAINT ck_delivery_state CHECK (state IN ('CLAIMED', 'RETRY', 'ACCEPTED', 'REJECTED', 'UNCERTAIN'))
  ) PARTITION BY RANGE (execution_id)`,
  `CREATE INDEX ix_delivery_provider_message ON delivery (account_id, provider_message_id)
    WHERE provider_message_id IS NOT NULL AND medium = 'SMS'`,
];

/** Creates the day's partitions aside and attaches them, so that no reader of the parent is ever waited for. */
const partitionFunction = `
  CREATE FUNCTION ensure_ledger_partitions(day timestamptz) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    parent text;
    child text;
    lower_bound uuid := (lpad(to_hex((extract(epoch FROM date_trunc('day', day, 'UTC')) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
    upper_bound uuid := (lpad(to_hex((extract(epoch FROM date_trunc('day', day, 'UTC') + interval '1 day') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
  BEGIN
    FOREACH parent IN ARRAY ARRAY['recipient_staging', 'recipient_reject', 'recipient', 'delivery'] LOOP
      child := parent || '_' || to_char(day AT TIME ZONE 'UTC', 'YYYYMMDD');
      CONTINUE WHEN to_regclass(child) IS NOT NULL;
      PERFORM pg_advisory_xact_lock(727402);
      CONTINUE WHEN to_regclass(child) IS NOT NULL;
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', child, parent);
      EXECUTE format('ALTER TABLE %I SET (fillfactor = 85)', child);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child, lower_bound, upper_bound);
    END LOOP;
  END $$`;
