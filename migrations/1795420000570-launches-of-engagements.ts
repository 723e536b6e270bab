import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An engagement that was cancelled may be launched again, too. */
export class LaunchesOfEngagements1795420000570 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await unique(runner, 'connection_id, engagement_id, launch');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DELETE FROM execution e USING execution o WHERE o.connection_id = e.connection_id
         AND o.engagement_id = e.engagement_id AND o.launch < e.launch`,
    );
    await unique(runner, 'connection_id, engagement_id');
  }
}

async function unique(runner: QueryRunner, key: string): Promise<void> {
  await runner.query('DROP INDEX uq_execution_engagement');
  await runner.query(
    `CREATE UNIQUE INDEX uq_execution_engagement ON execution (${key}) WHERE engagement_id IS NOT NULL`,
  );
}
