import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A status outlives its person until Optimove was told that they cannot be contacted. How long a list a target takes at
 * once is remembered, so that one whose halving ran out of time is shorter the next time.
 */
export class StatusesOfTheErased1795420000490 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE subscription_status ALTER COLUMN profile_id DROP NOT NULL');
    await runner.query('ALTER TABLE subscription_target ADD COLUMN longest_list integer NOT NULL DEFAULT 50000');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE subscription_target DROP COLUMN longest_list');
    await runner.query('DELETE FROM subscription_status WHERE profile_id IS NULL');
    await runner.query('ALTER TABLE subscription_status ALTER COLUMN profile_id SET NOT NULL');
  }
}
