import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Projects, their API keys, the audit trail and tasks. */
export class Projects1795420000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of tables) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['task_error', 'task', 'audit_entry', 'api_key', 'project'])
      await runner.query(`DROP TABLE ${table}`);
  }
}

const tables = [
  `CREATE TABLE project (
    id uuid NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL DEFAULT 'UTC',
    region text NOT NULL DEFAULT 'EU',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_project PRIMARY KEY (id)
  )`,
  `CREATE TABLE api_key (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    label text NOT NULL,
    role text NOT NULL,
    key_hash text NOT NULL,
    hint text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT pk_api_key PRIMARY KEY (id),
    CONSTRAINT uq_api_key_hash UNIQUE (key_hash),
    CONSTRAINT ck_api_key_role CHECK (role IN ('ADMIN', 'MARKETER', 'APPROVER', 'COPYWRITER', 'VIEWER'))
  )`,
  'CREATE INDEX ix_api_key_project ON api_key (project_id, id)',
  `CREATE TABLE audit_entry (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    actor_key_id uuid NOT NULL,
    actor_label text NOT NULL,
    action text NOT NULL,
    subject_type text NOT NULL,
    subject_id text NOT NULL,
    before jsonb,
    after jsonb,
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_audit_entry PRIMARY KEY (id)
  )`,
  'CREATE INDEX ix_audit_entry_project ON audit_entry (project_id, id)',
  `CREATE TABLE task (
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    connection_id uuid,
    kind text NOT NULL,
    title text NOT NULL,
    status text NOT NULL DEFAULT 'RUNNING',
    triggered_by text NOT NULL,
    total integer,
    processed integer NOT NULL DEFAULT 0,
    succeeded integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    detail text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT pk_task PRIMARY KEY (id),
    CONSTRAINT ck_task_status CHECK (status IN ('RUNNING', 'SUCCEEDED', 'PARTLY_FAILED', 'FAILED'))
  )`,
  'CREATE INDEX ix_task_project ON task (project_id, id)',
  `CREATE TABLE task_error (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_task_error PRIMARY KEY,
    project_id uuid NOT NULL,
    task_id uuid NOT NULL,
    row_data jsonb NOT NULL,
    reason text NOT NULL
  )`,
  'CREATE INDEX ix_task_error_task ON task_error (task_id, id)',
];
