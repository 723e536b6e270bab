import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who may call back, how much of it goes on, and the secret of the webhook that a person sets up at Optimove. */
export class CallbackGuard1795420000220 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE connection
         ADD COLUMN callback_addresses text[] NOT NULL DEFAULT '{}',
         ADD COLUMN triggered_per_minute integer,
         ADD COLUMN triggered_per_person_per_hour integer,
         ADD COLUMN webhook_secret_hash bytea,
         ADD COLUMN webhook_secret_set_at timestamptz,
         ADD CONSTRAINT ck_connection_triggered CHECK (triggered_per_minute > 0 AND triggered_per_person_per_hour > 0)`,
    );
    await runner.query('ALTER TABLE callback_journal ADD COLUMN optimove_template_id text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE callback_journal DROP COLUMN optimove_template_id');
    await runner.query(
      `ALTER TABLE connection DROP CONSTRAINT ck_connection_triggered, DROP COLUMN webhook_secret_set_at,
         DROP COLUMN webhook_secret_hash, DROP COLUMN triggered_per_person_per_hour, DROP COLUMN triggered_per_minute,
         DROP COLUMN callback_addresses`,
    );
  }
}
