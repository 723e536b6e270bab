import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People by the beginning of their user ID, and the few addresses that are known to be dead. */
export class FindingPeople1795420000366 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE INDEX ix_profile_user_id ON profile (project_id, user_id COLLATE "C") WHERE user_id IS NOT NULL',
    );
    await runner.query(
      'CREATE INDEX ix_profile_dead_email ON profile (project_id, lower(email)) WHERE NOT is_email_addressable',
    );
    await runner.query(
      'CREATE INDEX ix_profile_dead_number ON profile (project_id, mobile_number) WHERE NOT is_mobile_number_addressable',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['user_id', 'dead_email', 'dead_number']) await runner.query(`DROP INDEX ix_profile_${name}`);
  }
}
