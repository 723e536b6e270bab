import type { MigrationInterface, QueryRunner } from 'typeorm';

const goThroughEveryone = `UPDATE subscription_postback SET walk_state = 'ASKED', walk_waits_for = NULL,
  walk_posts_again = walk_posts_again AND walk_state <> 'DONE', walk_after_profile = NULL, updated_at = now()
  WHERE is_on`;

/**
 * What was told of a phone on which somebody signed out becomes their own again, and everyone is gone through once more:
 * their state is that of the devices they have. On the way back it is what the former version makes of it.
 */
export class StatusesOfSignedOutPhones1795420000535 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE subscription_status s SET profile_id = f.id
      FROM profile p JOIN profile f ON f.project_id = p.project_id AND f.id = p.signed_out_from
      WHERE s.project_id = p.project_id AND s.profile_id = p.id AND p.user_id IS NULL`);
    await runner.query(goThroughEveryone);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(goThroughEveryone);
  }
}
