import type { MigrationInterface, QueryRunner } from 'typeorm';

const key = (columns: string): string =>
  `ALTER TABLE suppression_merge DROP CONSTRAINT pk_suppression_merge, ADD CONSTRAINT pk_suppression_merge PRIMARY KEY (${columns})`;

/** A profile may become another one more than once: its phone is installed anew, and it signs in itself. */
export class EveryMerge1795420000432 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(key('profile_id, into_profile_id'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM suppression_merge m USING suppression_merge o
      WHERE o.profile_id = m.profile_id AND (o.merged_at, o.into_profile_id) < (m.merged_at, m.into_profile_id)`);
    await runner.query(key('profile_id'));
  }
}
