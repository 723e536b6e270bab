import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A walk over everyone waits for the very transactions that wrote people, not for all of the server. */
export class WalkWaitsFor1795420000340 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE subscription_postback DROP COLUMN walk_after_xid, ADD COLUMN walk_waits_for text[]',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE subscription_postback DROP COLUMN walk_waits_for, ADD COLUMN walk_after_xid xid8');
    await runner.query(
      `UPDATE subscription_postback SET walk_after_xid = pg_current_xact_id() WHERE walk_state = 'ASKED'`,
    );
  }
}
