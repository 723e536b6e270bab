import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which account at Optimove is to be told what somebody did: a connection may be moved, or be no more. */
export class AccountsOfEngagement1795420000592 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of changes) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of reversal) await runner.query(statement);
  }
}

const tables = ['engagement_event', 'engagement_batch'];

const noteAccount = (given: string): string => `CREATE OR REPLACE FUNCTION note_account() RETURNS trigger
  LANGUAGE plpgsql AS $body$ BEGIN
    NEW.account_id = coalesce(${given}(SELECT account_id FROM connection c WHERE c.id = NEW.connection_id), NEW.connection_id);
    RETURN NEW;
  END $body$`;

const ofConnection = 'coalesce((SELECT account_id FROM connection c WHERE c.id = t.connection_id), t.connection_id)';

const changes = [
  noteAccount('NEW.account_id, '),
  ...tables.map((table) => `ALTER TABLE ${table} ADD COLUMN account_id uuid`),
  `UPDATE engagement_event t SET account_id = ${ofConnection} WHERE batch_id IS NULL`,
  `UPDATE engagement_batch t SET account_id = ${ofConnection}`,
  ...tables.map(
    (table) => `CREATE TRIGGER note_account BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION note_account()`,
  ),
  'ALTER TABLE engagement_batch ALTER COLUMN account_id SET NOT NULL',
  `CREATE INDEX ix_engagement_batch_open_question ON engagement_batch (connection_id, account_id)
     WHERE state IN ('REFUSED', 'UNCERTAIN')`,
  'CREATE INDEX ix_engagement_event_account ON engagement_event (connection_id, account_id) WHERE batch_id IS NULL',
];

const reversal = [
  `DELETE FROM engagement_event t USING connection c
   WHERE c.id = t.connection_id AND c.account_id <> t.account_id AND t.batch_id IS NULL`,
  `UPDATE engagement_batch t SET state = 'EXPIRED', settled_at = now(), last_error = 'The connection was moved to another account'
   FROM connection c WHERE c.id = t.connection_id AND c.account_id <> t.account_id AND t.state IN ('OWED', 'POSTING')`,
  'DROP INDEX ix_engagement_event_account',
  'DROP INDEX ix_engagement_batch_open_question',
  ...tables.map((table) => `DROP TRIGGER note_account ON ${table}`),
  ...tables.map((table) => `ALTER TABLE ${table} DROP COLUMN account_id`),
  noteAccount(''),
];
