import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when Optimove ought to know a total or a status, however often it was tried. */
export class SinceWhenOwed1795420000589 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of changes) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of reversal) await runner.query(statement);
  }
}

const changes = [
  'ALTER TABLE metric_total ADD COLUMN due_since timestamptz NOT NULL DEFAULT now()',
  'ALTER TABLE subscription_status ADD COLUMN owed_since timestamptz NOT NULL DEFAULT now()',
  `CREATE INDEX ix_subscription_status_owed_since ON subscription_status (target_id, owed_since) WHERE state = 'OWED'`,
  `CREATE FUNCTION note_owed_since() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
    NEW.owed_since = now();
    RETURN NEW;
  END $body$`,
  `CREATE TRIGGER note_owed_since BEFORE UPDATE OF state ON subscription_status FOR EACH ROW
    WHEN (NEW.state = 'OWED' AND (OLD.state <> 'OWED' OR NEW.acknowledged_at IS DISTINCT FROM OLD.acknowledged_at))
    EXECUTE FUNCTION note_owed_since()`,
];

const reversal = [
  'DROP TRIGGER note_owed_since ON subscription_status',
  'DROP FUNCTION note_owed_since()',
  'DROP INDEX ix_subscription_status_owed_since',
  'ALTER TABLE subscription_status DROP COLUMN owed_since',
  'ALTER TABLE metric_total DROP COLUMN due_since',
];
