import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What authors ask to be launched, and what came of it. At most one request of a campaign is pending. */
export class Approvals1795420000241 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE approval_request (
      id uuid NOT NULL CONSTRAINT pk_approval_request PRIMARY KEY,
      project_id uuid NOT NULL,
      kind text NOT NULL CONSTRAINT ck_approval_request_kind CHECK (kind IN ('CAMPAIGN', 'DIRECT')),
      campaign_id uuid NOT NULL,
      state text NOT NULL DEFAULT 'PENDING'
        CONSTRAINT ck_approval_request_state CHECK (state IN ('PENDING', 'APPROVED', 'RETURNED', 'SUPERSEDED')),
      note text,
      requested_by text NOT NULL,
      requested_at timestamptz NOT NULL DEFAULT now(),
      decision_note text,
      decided_by text,
      decided_at timestamptz
    )`);
    await runner.query(
      `CREATE UNIQUE INDEX uq_approval_request_pending ON approval_request (project_id, campaign_id) WHERE state = 'PENDING'`,
    );
    await runner.query('CREATE INDEX ix_approval_request_campaign ON approval_request (project_id, campaign_id, id)');
    await runner.query('CREATE INDEX ix_approval_request_state ON approval_request (project_id, state, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE approval_request');
  }
}
