import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How fast messages go out: a limit per provider account, and executions of a channel spread over a time. */
export class SendingPace1795420000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE provider_account ADD COLUMN messages_per_second integer,
        ADD CONSTRAINT ck_provider_account_rate CHECK (messages_per_second BETWEEN 1 AND 100000)`);
    await runner.query(`
      ALTER TABLE channel ADD COLUMN spread_minutes integer NOT NULL DEFAULT 0,
        ADD CONSTRAINT ck_channel_spread CHECK (spread_minutes BETWEEN 0 AND 1440)`);
    await runner.query(`
      CREATE TABLE provider_account_rate (
        account_id uuid NOT NULL,
        booked_until timestamptz NOT NULL,
        CONSTRAINT pk_provider_account_rate PRIMARY KEY (account_id)
      ) WITH (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE provider_account_rate');
    await runner.query('ALTER TABLE channel DROP COLUMN spread_minutes');
    await runner.query('ALTER TABLE provider_account DROP COLUMN messages_per_second');
  }
}
