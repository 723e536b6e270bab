import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people did by medium and by link, from now on: what is kept of earlier days may be far too much to go through while all stands still. */
export class CountsByMedium1795420000465 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of tables) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of reversal) await runner.query(statement);
  }
}

const tables = [
  'ALTER TABLE recipient ADD COLUMN medium_deeds text[]',
  `CREATE TABLE execution_link (
    project_id uuid NOT NULL,
    execution_id uuid NOT NULL,
    optimove_template_id text NOT NULL,
    medium text NOT NULL,
    link_id text NOT NULL,
    position integer NOT NULL,
    link text,
    clicks integer NOT NULL DEFAULT 0,
    people integer NOT NULL DEFAULT 0,
    machine_clicks integer NOT NULL DEFAULT 0,
    CONSTRAINT pk_execution_link PRIMARY KEY (execution_id, optimove_template_id, medium, link_id)
  )`,
];

const reversal = [
  `DELETE FROM execution_tally WHERE measure LIKE 'PEOPLE:%' OR measure LIKE 'EVENT:%:%'`,
  'DROP TABLE execution_link',
  'ALTER TABLE recipient DROP COLUMN medium_deeds',
];
