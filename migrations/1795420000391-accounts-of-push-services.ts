import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One default account per push service, where mobile push had one in all; and accounts that one app has to itself. */
export class AccountsOfPushServices1795420000391 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      'ALTER TABLE provider_account ADD COLUMN serves text, ADD COLUMN app_id uuid',
      `UPDATE provider_account SET serves = CASE medium WHEN 'MOBILE_PUSH' THEN 'FCM' ELSE medium END`,
      'ALTER TABLE provider_account ALTER COLUMN serves SET NOT NULL',
      'DROP INDEX uq_provider_account_default',
      `CREATE UNIQUE INDEX uq_provider_account_default ON provider_account (project_id, serves)
        WHERE is_default AND app_id IS NULL AND state <> 'DELETED'`,
      `CREATE UNIQUE INDEX uq_provider_account_app ON provider_account (project_id, serves, app_id)
        WHERE is_default AND app_id IS NOT NULL AND state <> 'DELETED'`,
    ])
      await runner.query(sql);
  }

  /** Of several accounts for mobile push the oldest stays the default. */
  async down(runner: QueryRunner): Promise<void> {
    for (const sql of [
      'DROP INDEX uq_provider_account_app',
      'DROP INDEX uq_provider_account_default',
      `UPDATE provider_account a SET is_default = false WHERE is_default AND state <> 'DELETED' AND EXISTS (
         SELECT FROM provider_account o WHERE o.project_id = a.project_id AND o.medium = a.medium AND o.is_default
           AND o.state <> 'DELETED' AND (o.app_id IS NOT NULL, o.id) < (a.app_id IS NOT NULL, a.id))`,
      `CREATE UNIQUE INDEX uq_provider_account_default ON provider_account (project_id, medium)
        WHERE is_default AND state <> 'DELETED'`,
      'ALTER TABLE provider_account DROP COLUMN serves, DROP COLUMN app_id',
    ])
      await runner.query(sql);
  }
}
