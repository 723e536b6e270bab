import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Test sends have tables of their own: totals, limits and reports are made from the ledger, which they never enter. */
export class TestSends1795420000037 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE test_send (
      id uuid CONSTRAINT pk_test_send PRIMARY KEY,
      project_id uuid NOT NULL,
      campaign_id uuid NOT NULL,
      version_number integer,
      content jsonb NOT NULL,
      prefix text NOT NULL,
      sent_by text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    )`);
    await runner.query('CREATE INDEX ix_test_send_campaign ON test_send (project_id, campaign_id, id)');
    await runner.query(`CREATE TABLE test_delivery (
      test_send_id uuid NOT NULL CONSTRAINT fk_test_delivery_send REFERENCES test_send (id) ON DELETE CASCADE,
      seq integer NOT NULL,
      medium text NOT NULL,
      address_key text NOT NULL,
      project_id uuid NOT NULL,
      profile_id uuid NOT NULL,
      account_id uuid,
      state text NOT NULL CONSTRAINT ck_test_delivery_state CHECK (state IN ('NOT_SENT', 'ACCEPTED', 'REJECTED', 'UNCERTAIN')),
      reason text,
      provider_message_id text,
      receipt_status text,
      receipt_at timestamptz,
      CONSTRAINT pk_test_delivery PRIMARY KEY (test_send_id, seq, medium, address_key)
    )`);
    await runner.query('CREATE INDEX ix_test_delivery_profile ON test_delivery (project_id, profile_id)');
    await runner.query(
      `CREATE INDEX ix_test_delivery_message ON test_delivery (account_id, provider_message_id) WHERE provider_message_id IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE test_delivery');
    await runner.query('DROP TABLE test_send');
  }
}
