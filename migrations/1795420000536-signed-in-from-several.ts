import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a phone remembers is asked for open Direct campaigns alone, so nobody waits for the phones of other projects. */
const whileOpen = `project_id IN (SELECT project_id FROM execution
  WHERE kind = 'DIRECT' AND state IN ('ANNOUNCED', 'RUNNING'))`;

/** A phone remembers several anonymous profiles: who signs in, out and in again leaves each time another one behind. */
export class SignedInFromSeveral1795420000536 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE device RENAME COLUMN signed_in_from TO signed_in_from_one');
    await runner.query('ALTER TABLE device ADD COLUMN signed_in_from uuid[]');
    await runner.query(
      `UPDATE device SET signed_in_from = ARRAY[signed_in_from_one] WHERE signed_in_from_one IS NOT NULL AND ${whileOpen}`,
    );
    await runner.query('ALTER TABLE device DROP COLUMN signed_in_from_one');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE device RENAME COLUMN signed_in_from TO signed_in_from_several');
    await runner.query('ALTER TABLE device ADD COLUMN signed_in_from uuid');
    await runner.query(
      `UPDATE device SET signed_in_from = signed_in_from_several[1]
       WHERE signed_in_from_several IS NOT NULL AND ${whileOpen}`,
    );
    await runner.query('ALTER TABLE device DROP COLUMN signed_in_from_several');
  }
}
