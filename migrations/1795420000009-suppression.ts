import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Addresses, numbers and users that must not be contacted. */
export class Suppression1795420000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE suppression_entry (
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        kind text NOT NULL,
        value text NOT NULL,
        medium text NOT NULL,
        reason text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_suppression_entry PRIMARY KEY (id),
        CONSTRAINT uq_suppression_entry UNIQUE (project_id, kind, value, medium),
        CONSTRAINT ck_suppression_entry_kind CHECK (kind IN ('USER_ID', 'EMAIL', 'MOBILE_NUMBER')),
        CONSTRAINT ck_suppression_entry_medium CHECK (medium IN ('ANY', 'MOBILE_PUSH', 'WEB_PUSH', 'SMS', 'EMAIL', 'INBOX', 'IN_APP'))
      )`);
    await runner.query('CREATE INDEX ix_suppression_entry_project ON suppression_entry (project_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE suppression_entry');
  }
}
