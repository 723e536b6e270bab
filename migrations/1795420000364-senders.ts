import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A project may name the senders that its campaigns choose from. */
export class Senders1795420000364 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE sending_rules ADD COLUMN email_senders jsonb NOT NULL DEFAULT '[]', ADD COLUMN sms_senders jsonb NOT NULL DEFAULT '[]'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sending_rules DROP COLUMN email_senders, DROP COLUMN sms_senders');
  }
}
