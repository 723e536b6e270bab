import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Subscription status of a channel may be told for one app of it, beside the channel as a whole. */
export class SubscriptionPerApp1795420000343 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE subscription_target ADD COLUMN app_id uuid, DROP CONSTRAINT uq_subscription_target,
         ADD CONSTRAINT uq_subscription_target UNIQUE NULLS NOT DISTINCT (connection_id, optimove_channel_id, medium, app_id)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const ofApps = 'target_id IN (SELECT id FROM subscription_target WHERE app_id IS NOT NULL)';
    await runner.query(`DELETE FROM subscription_status WHERE ${ofApps}`);
    await runner.query(`DELETE FROM subscription_post WHERE ${ofApps}`);
    await runner.query('DELETE FROM subscription_target WHERE app_id IS NOT NULL');
    await runner.query(
      `ALTER TABLE subscription_target DROP CONSTRAINT uq_subscription_target, DROP COLUMN app_id,
         ADD CONSTRAINT uq_subscription_target UNIQUE (connection_id, optimove_channel_id, medium)`,
    );
  }
}
