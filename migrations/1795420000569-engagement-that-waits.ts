import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Whether engagement has waited long enough is one look into an index, and so is what was settled long ago. Of deleted
 * connections no token is kept, and nothing waits.
 */
export class EngagementThatWaits1795420000569 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX ix_engagement_event_taken ON engagement_event (connection_id, taken_at) WHERE batch_id IS NULL`,
    );
    await runner.query('DROP INDEX ix_engagement_event_waiting');
    await runner.query(
      `CREATE INDEX ix_engagement_batch_settled ON engagement_batch (settled_at) WHERE settled_at IS NOT NULL`,
    );
    const deleted = 'SELECT id FROM connection WHERE deleted_at IS NOT NULL';
    await runner.query(`DELETE FROM engagement_event WHERE batch_id IS NULL AND connection_id IN (${deleted})`);
    await runner.query(
      `UPDATE engagement_batch SET state = 'EXPIRED', settled_at = now(), last_error = 'The connection was deleted'
       WHERE state IN ('OWED', 'POSTING') AND connection_id IN (${deleted})`,
    );
    await runner.query(
      `UPDATE engagement_postback SET road = 'NONE', events_token = NULL, version = version + 1, updated_at = now()
       WHERE connection_id IN (${deleted})`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_engagement_batch_settled');
    await runner.query(
      'CREATE INDEX ix_engagement_event_waiting ON engagement_event (connection_id, id) WHERE batch_id IS NULL',
    );
    await runner.query('DROP INDEX ix_engagement_event_taken');
  }
}
