import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Platform1795420000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox_message (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_outbox_message PRIMARY KEY,
        queue text NOT NULL,
        job_id text NOT NULL,
        data jsonb NOT NULL,
        run_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX ix_outbox_message_due ON outbox_message (run_at, id)');
    await runner.query(`
      CREATE TABLE lease (
        name text CONSTRAINT pk_lease PRIMARY KEY,
        holder uuid,
        held_until timestamptz,
        due_at timestamptz NOT NULL,
        last_started_at timestamptz,
        last_finished_at timestamptz
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE lease');
    await runner.query('DROP TABLE outbox_message');
  }
}
