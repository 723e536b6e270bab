import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A campaign has a type, and its channel is chosen on a later step than its first. */
export class BuilderSteps1795420000240 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE campaign ADD type text NOT NULL DEFAULT 'OPTIMOVE',
      ALTER channel_id DROP NOT NULL, ALTER connection_id DROP NOT NULL,
      ADD CONSTRAINT ck_campaign_type CHECK (type IN ('OPTIMOVE', 'IN_APP')),
      ADD CONSTRAINT ck_campaign_channel CHECK ((channel_id IS NULL) = (connection_id IS NULL)
        AND (channel_id IS NOT NULL OR status IN ('DRAFT', 'ARCHIVED')))`);
    await runner.query('ALTER TABLE campaign_version ADD launched_by text');
  }

  /** Drafts without a channel cannot be kept. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE campaign_version DROP launched_by');
    await runner.query('DELETE FROM campaign WHERE channel_id IS NULL');
    await runner.query(`ALTER TABLE campaign DROP CONSTRAINT ck_campaign_channel, DROP CONSTRAINT ck_campaign_type,
      ALTER channel_id SET NOT NULL, ALTER connection_id SET NOT NULL, DROP type`);
  }
}
