import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people did is forgotten after a while: whole months of events and tags, answers to campaigns by their day. */
export class BehaviourRetention1795420000024 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of changes) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of reversal) await runner.query(statement);
  }
}

const changes = [
  'CREATE INDEX ix_campaign_deed_age ON campaign_deed (last_at)',
  'ALTER TABLE import DROP COLUMN rejected_values',
  `CREATE FUNCTION drop_behaviour_before(moment timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
  DECLARE
    child text;
    dropped integer := 0;
  BEGIN
    FOR child IN
      SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'behaviour'::regclass
        AND c.relname < 'behaviour_' || to_char(moment AT TIME ZONE 'UTC', 'YYYYMM')
    LOOP
      EXECUTE format('DROP TABLE %I', child);
      dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
  END $$`,
];

const reversal = [
  'DROP FUNCTION drop_behaviour_before(timestamptz)',
  'ALTER TABLE import ADD COLUMN rejected_values integer NOT NULL DEFAULT 0',
  'DROP INDEX ix_campaign_deed_age',
];
