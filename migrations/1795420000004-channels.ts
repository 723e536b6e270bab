import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Optimove channels, provider accounts and the receipts that providers send. */
export class Channels1795420000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...channelTable, ...providerAccountTable, ...receiptTable]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['receipt_intake', 'provider_account', 'channel']) await runner.query(`DROP TABLE ${table}`);
  }
}

const channelTable = [
  `CREATE TABLE channel (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    optimove_channel_id integer NOT NULL,
    state text NOT NULL DEFAULT 'PENDING',
    last_error text,
    listener_registered_at timestamptz,
    listener_fingerprint text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_channel PRIMARY KEY (id),
    CONSTRAINT ck_channel_kind CHECK (kind IN ('MOBILE_PUSH', 'WEB_PUSH', 'TRIGGERED', 'SMS_SUBSCRIPTION')),
    CONSTRAINT ck_channel_state CHECK (state IN ('PENDING', 'ACTIVE', 'FAILED', 'REMOVED')),
    CONSTRAINT ck_channel_subscription CHECK ((kind = 'SMS_SUBSCRIPTION') = (optimove_channel_id = 444))
  )`,
  `CREATE UNIQUE INDEX uq_channel_optimove_id ON channel (project_id, connection_id, optimove_channel_id)
    WHERE state <> 'REMOVED'`,
  'CREATE INDEX ix_channel_connection ON channel (connection_id, optimove_channel_id)',
];

const providerAccountTable = [
  `CREATE TABLE provider_account (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    provider text NOT NULL,
    medium text NOT NULL,
    name text NOT NULL,
    settings jsonb NOT NULL,
    sealed_secrets text,
    secret_hints jsonb NOT NULL,
    is_default boolean NOT NULL,
    state text NOT NULL DEFAULT 'ACTIVE',
    last_verified_at timestamptz,
    last_error text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_provider_account PRIMARY KEY (id),
    CONSTRAINT ck_provider_account_state CHECK (state IN ('ACTIVE', 'FAILED', 'DELETED'))
  )`,
  `CREATE UNIQUE INDEX uq_provider_account_name ON provider_account (project_id, name) WHERE state <> 'DELETED'`,
  `CREATE UNIQUE INDEX uq_provider_account_default ON provider_account (project_id, medium)
    WHERE is_default AND state <> 'DELETED'`,
];

const receiptTable = [
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
];
