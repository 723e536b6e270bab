import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Engagement batches by campaign and channel, as the list of tasks shows them. */
export class BatchesOfCampaigns1795420000383 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX ix_engagement_batch_campaign
         ON engagement_batch (connection_id, optimove_campaign_id, optimove_channel_id, id)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_engagement_batch_campaign');
  }
}
