import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Messages that stay here until an app or a site fetches them: inbox, in-app, on-site. */
export class KeptMessages1795420000027 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of changes) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE kept_message');
  }
}

const changes = [
  `CREATE TABLE kept_message (
    delivery_id text CONSTRAINT pk_kept_message PRIMARY KEY,
    position bigint GENERATED ALWAYS AS IDENTITY,
    project_id uuid NOT NULL,
    profile_id uuid NOT NULL,
    account_id uuid NOT NULL,
    medium text NOT NULL,
    content jsonb NOT NULL,
    trigger_kind text,
    trigger_event text,
    display_limit integer NOT NULL DEFAULT 1,
    pause_seconds integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    opened_at timestamptz,
    clicked_at timestamptz,
    deleted_at timestamptz,
    display_count integer NOT NULL DEFAULT 0,
    last_displayed_at timestamptz,
    CONSTRAINT ck_kept_message_medium CHECK (medium IN ('INBOX', 'IN_APP')),
    CONSTRAINT ck_kept_message_trigger CHECK (
      CASE medium WHEN 'INBOX' THEN trigger_kind IS NULL
      ELSE trigger_kind IS NOT NULL AND trigger_kind IN ('SESSION_START', 'SDK_EVENT', 'SERVER_EVENT') END)
  )`,
  'CREATE INDEX ix_kept_message_profile ON kept_message (project_id, profile_id, medium, position) WHERE deleted_at IS NULL',
  'CREATE INDEX ix_kept_message_expiry ON kept_message (expires_at)',
];
