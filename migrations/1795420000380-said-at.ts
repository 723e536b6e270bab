import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When what people said was said, so that nothing older takes its place; and people found by their addresses. */
export class SaidAt1795420000380 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE profile ADD COLUMN email_said_at timestamptz, ADD COLUMN sms_said_at timestamptz');
    await runner.query('ALTER TABLE device ADD COLUMN push_said_at timestamptz');
    await runner.query('CREATE INDEX ix_profile_email ON profile (project_id, lower(email)) WHERE email IS NOT NULL');
    await runner.query(
      'CREATE INDEX ix_profile_mobile_number ON profile (project_id, mobile_number) WHERE mobile_number IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_profile_mobile_number');
    await runner.query('DROP INDEX ix_profile_email');
    await runner.query('ALTER TABLE device DROP COLUMN push_said_at');
    await runner.query('ALTER TABLE profile DROP COLUMN sms_said_at, DROP COLUMN email_said_at');
  }
}
