import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * When values of attributes that Optimove tells too were last said by somebody else, so that data of an older day do not
 * take their place, and how many people a sync left what they have. Of what was said before nobody knows when.
 */
export class SaidLater1795420000582 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE profile ADD COLUMN attributes_said_at jsonb');
    await runner.query(
      'CREATE INDEX ix_profile_said ON profile (project_id, user_id) WHERE attributes_said_at IS NOT NULL',
    );
    await runner.query('ALTER TABLE remembered_value ADD COLUMN own_stays boolean NOT NULL DEFAULT false');
    await runner.query('ALTER TABLE suppression_sync_run ADD COLUMN kept_own integer NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE suppression_sync_run DROP COLUMN kept_own');
    await runner.query('ALTER TABLE remembered_value DROP COLUMN own_stays');
    await runner.query('DROP INDEX ix_profile_said');
    await runner.query('ALTER TABLE profile DROP COLUMN attributes_said_at');
  }
}
