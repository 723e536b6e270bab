import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The User ID attribute and the mobile number attribute that the values of a list were asked for with, and those of the
 * connection when a chunk of triggered customers was made: NULL elements for none, NULL where it is not settled. Lists that
 * were begun before have the attributes of their connection now. `goes_on_since`: when sending was let go on last.
 */
export class MatchedBy1795420000572 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution ADD COLUMN matched_by text[]');
    await runner.query('ALTER TABLE execution_chunk ADD COLUMN matched_by text[]');
    await runner.query('ALTER TABLE execution ADD COLUMN goes_on_since timestamptz');
    await runner.query(`UPDATE execution e SET matched_by = ARRAY[c.user_id_attribute, c.mobile_number_attribute]
      FROM connection c WHERE c.id = e.connection_id AND e.kind = 'SCHEDULED' AND e.read_started_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution DROP COLUMN goes_on_since');
    await runner.query('ALTER TABLE execution_chunk DROP COLUMN matched_by');
    await runner.query('ALTER TABLE execution DROP COLUMN matched_by');
  }
}
