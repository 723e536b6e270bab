import type { MigrationInterface, QueryRunner } from 'typeorm';

/** After which place of an execution customers who are the same person as another are still to be remembered; null: none. */
export class SamePeopleAfter1795420000545 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution ADD COLUMN same_people_after integer');
    await runner.query('CREATE INDEX ix_execution_same_people ON execution (id) WHERE same_people_after IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution DROP COLUMN same_people_after');
  }
}
