import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Since when customer ids of a connection mean the same people, and under which of these names customers were matched and
 * Optimove was told of them; NULL: ever since. Of names that are not the present ones nobody need be told any more: what was
 * on its way to be told is settled here.
 */
export class NamesSince1795420000578 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`ALTER TABLE ${table} ADD COLUMN names_since timestamptz(3)`);
    await runner.query(`UPDATE matched_customer SET names_since = '-infinity' WHERE is_former OR ${isChanging}`);
    await runner.query(
      `UPDATE subscription_postback SET names_since = '-infinity' WHERE names_changed OR ${isChanging}`,
    );
    await runner.query(`DELETE FROM outbox_message WHERE queue = '${formerQueue}'`);
    await runner.query('ALTER TABLE matched_customer DROP COLUMN is_former');
    await runner.query('ALTER TABLE subscription_postback DROP COLUMN names_changed');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE matched_customer ADD COLUMN is_former boolean NOT NULL DEFAULT false');
    await runner.query('ALTER TABLE subscription_postback ADD COLUMN names_changed boolean NOT NULL DEFAULT false');
    await runner.query(`UPDATE matched_customer m SET is_former = true ${hasFormerNames('m')}`);
    await runner.query(`UPDATE subscription_postback p SET names_changed = true ${hasFormerNames('p')}`);
    for (const table of tables) await runner.query(`ALTER TABLE ${table} DROP COLUMN names_since`);
  }
}

const tables = ['connection', 'matched_customer', 'subscription_postback'];
const formerQueue = 'postbacks.forget-names';

const isChanging = `connection_id IN (
  SELECT (data->>'connectionId')::uuid FROM outbox_message WHERE queue = '${formerQueue}')`;

const hasFormerNames = (row: string): string =>
  `FROM connection c WHERE c.id = ${row}.connection_id AND ${row}.names_since IS DISTINCT FROM c.names_since`;
