import type { MigrationInterface, QueryRunner } from 'typeorm';

const name = 'uq_execution_announcement';
const key = 'project_id, connection_id, optimove_campaign_id, channel_id, run_date, engagement_id';

/** An execution is also told apart by its kind, and by its launch: a campaign may be cancelled and launched again. */
export class Launches1795420000115 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE execution DROP CONSTRAINT ${name}`);
    await runner.query(`ALTER TABLE execution ADD CONSTRAINT ${name} UNIQUE NULLS NOT DISTINCT (${key}, kind, launch)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE execution DROP CONSTRAINT ${name}`);
    await runner.query(
      `DELETE FROM execution e USING execution o WHERE o.project_id = e.project_id AND o.connection_id = e.connection_id
         AND o.optimove_campaign_id = e.optimove_campaign_id AND o.channel_id = e.channel_id AND o.run_date = e.run_date
         AND o.engagement_id IS NOT DISTINCT FROM e.engagement_id AND o.id < e.id`,
    );
    await runner.query(`ALTER TABLE execution ADD CONSTRAINT ${name} UNIQUE NULLS NOT DISTINCT (${key})`);
  }
}
