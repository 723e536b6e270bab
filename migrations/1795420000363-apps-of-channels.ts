import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which apps Optimove was told of, as no function of Optimove's lists them. */
export class AppsOfChannels1795420000363 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE channel_app (
         project_id uuid NOT NULL,
         connection_id uuid NOT NULL,
         optimove_channel_id integer NOT NULL,
         app_id uuid NOT NULL,
         CONSTRAINT pk_channel_app PRIMARY KEY (connection_id, optimove_channel_id, app_id)
       )`,
    );
    await runner.query(
      `INSERT INTO channel_app SELECT DISTINCT project_id, connection_id, optimove_channel_id, app_id
       FROM template_publication WHERE app_id IS NOT NULL AND state <> 'WITHDRAWN'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE channel_app');
  }
}
