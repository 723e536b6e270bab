import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Short links in texts: where each leads, and whose it is. */
export class ShortLinks1795420000321 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE short_link (
      code text CONSTRAINT pk_short_link PRIMARY KEY,
      project_id uuid NOT NULL,
      execution_id uuid NOT NULL,
      seq integer NOT NULL,
      medium text NOT NULL,
      target text NOT NULL,
      expires_at timestamptz NOT NULL
    )`);
    await runner.query('CREATE INDEX ix_short_link_expiry ON short_link (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE short_link');
  }
}
