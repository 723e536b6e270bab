import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which person the anonymous profile of a device turned out to be, for the proof of what was decided about it. */
export class Merges1795420000382 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE suppression_merge (
        profile_id uuid CONSTRAINT pk_suppression_merge PRIMARY KEY,
        project_id uuid NOT NULL,
        into_profile_id uuid NOT NULL,
        merged_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX ix_suppression_merge_into ON suppression_merge (project_id, into_profile_id)');
    await runner.query(
      'CREATE INDEX ix_profile_signed_out_from ON profile (project_id, signed_out_from) WHERE signed_out_from IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_profile_signed_out_from');
    await runner.query('DROP TABLE suppression_merge');
  }
}
