import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The first bounce of a recipient is told to Optimove like what people do. */
export class BouncesToOptimove1795420000342 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of noting([...byPeople, 'bounced'])) await runner.query(statement);
    await runner.query('CREATE INDEX ix_engagement_event_customer ON engagement_event (project_id, customer_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_engagement_event_customer');
    for (const statement of noting(byPeople)) await runner.query(statement);
  }
}

const byPeople = ['opened', 'clicked', 'unsubscribed', 'complained'];

const noting = (columns: string[]): string[] => [
  'DROP TRIGGER note_recipient_event ON recipient',
  `CREATE OR REPLACE FUNCTION note_recipient_event() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
    INSERT INTO recipient_event (execution_id, seq, kind, occurred_at)
    SELECT NEW.execution_id, NEW.seq, k.kind, k.at
    FROM (VALUES ${columns.map((name) => `('${name.toUpperCase()}', OLD.${name}_at, NEW.${name}_at)`).join(', ')}) AS k(kind, before, at)
    WHERE k.before IS NULL AND k.at IS NOT NULL;
    RETURN NULL;
  END $body$`,
  `CREATE TRIGGER note_recipient_event AFTER UPDATE OF ${columns.map((name) => `${name}_at`).join(', ')} ON recipient
    FOR EACH ROW EXECUTE FUNCTION note_recipient_event()`,
];
