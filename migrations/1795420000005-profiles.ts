import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People and their devices, as large tables that are worked set-based. */
export class Profiles1795420000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of tables) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['import_reject', 'import', 'device', 'profile']) await runner.query(`DROP TABLE ${table}`);
  }
}

const subscription = `CHECK (%s IN ('SUBSCRIBED', 'UNSUBSCRIBED', 'NOT_SET'))`;
const threeValued = (table: string, column: string) =>
  `CONSTRAINT ck_${table}_${column} ${subscription.replace('%s', column)}`;

const tables = [
  `CREATE TABLE profile (
    id uuid CONSTRAINT pk_profile PRIMARY KEY,
    project_id uuid NOT NULL,
    user_id text NOT NULL,
    email text,
    mobile_number text,
    email_subscription text NOT NULL DEFAULT 'NOT_SET',
    sms_subscription text NOT NULL DEFAULT 'NOT_SET',
    is_email_addressable boolean NOT NULL DEFAULT true,
    is_mobile_number_addressable boolean NOT NULL DEFAULT true,
    unreachable_reason text,
    language text,
    time_zone text,
    country text,
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_profile_user_id UNIQUE (project_id, user_id),
    ${threeValued('profile', 'email_subscription')},
    ${threeValued('profile', 'sms_subscription')}
  )`,
  'CREATE INDEX ix_profile_project ON profile (project_id, id)',
  `CREATE TABLE device (
    id uuid CONSTRAINT pk_device PRIMARY KEY,
    project_id uuid NOT NULL,
    profile_id uuid NOT NULL,
    token text NOT NULL,
    platform text NOT NULL,
    push_subscription text NOT NULL DEFAULT 'NOT_SET',
    is_addressable boolean NOT NULL DEFAULT true,
    unreachable_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_device_token UNIQUE (project_id, token),
    CONSTRAINT ck_device_platform CHECK (platform IN ('ANDROID', 'IOS')),
    ${threeValued('device', 'push_subscription')}
  )`,
  'CREATE INDEX ix_device_profile ON device (profile_id)',
  `CREATE TABLE import (
    id uuid CONSTRAINT pk_import PRIMARY KEY,
    project_id uuid NOT NULL,
    task_id uuid NOT NULL,
    kind text NOT NULL,
    received integer NOT NULL DEFAULT 0,
    created integer NOT NULL DEFAULT 0,
    updated integer NOT NULL DEFAULT 0,
    repeated integer NOT NULL DEFAULT 0,
    rejected integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT ck_import_kind CHECK (kind IN ('PROFILES', 'DEVICES'))
  )`,
  'CREATE INDEX ix_import_project ON import (project_id, id)',
  `CREATE TABLE import_reject (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_import_reject PRIMARY KEY,
    project_id uuid NOT NULL,
    import_id uuid NOT NULL,
    line integer NOT NULL,
    reason text NOT NULL,
    raw text NOT NULL
  )`,
  'CREATE INDEX ix_import_reject_import ON import_reject (import_id, id)',
];
