import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose tenant signed events go to: a connection may be moved to another account. */
export class AccountsOfSignedEvents1795420000593 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of changes) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of reversal) await runner.query(statement);
  }
}

const changes = [
  'ALTER TABLE engagement_postback ADD COLUMN account_id uuid',
  `UPDATE engagement_postback s
   SET account_id = coalesce((SELECT account_id FROM connection c WHERE c.id = s.connection_id), s.connection_id)`,
  'CREATE TRIGGER note_account BEFORE INSERT ON engagement_postback FOR EACH ROW EXECUTE FUNCTION note_account()',
  'ALTER TABLE engagement_postback ALTER COLUMN account_id SET NOT NULL',
];

const reversal = [
  `UPDATE engagement_postback s SET road = 'INTERACTIONS', events_url = NULL, events_token = NULL
   FROM connection c WHERE c.id = s.connection_id AND c.account_id <> s.account_id AND s.road = 'EVENTS'`,
  'DROP TRIGGER note_account ON engagement_postback',
  'ALTER TABLE engagement_postback DROP COLUMN account_id',
];
