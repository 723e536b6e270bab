import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * To which account at Optimove an execution belongs, and what Optimove is told: a connection may be moved. Of what several
 * connections to an account told of the same, one row knows all from now on.
 */
export class AccountsOfTotals1795420000591 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of changes) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of reversal) await runner.query(statement);
  }
}

const tables = ['execution', 'metric_total'];
const key = 'optimove_campaign_id, optimove_channel_id, optimove_template_id, metric';

/** What a connection told or has to tell that was moved away and is here again, or is told over another one, is one row's. */
const oneRowEach = `WITH total AS (
    SELECT m.id, m.account_id, c.metrics_mode = 'DELTA' AS is_delta, row_number() OVER place AS place, count(*) OVER same AS rows,
      sum(m.acknowledged_value) FILTER (WHERE c.metrics_mode = 'DELTA') OVER same AS acknowledged,
      sum(m.uncertain_value) FILTER (WHERE c.metrics_mode = 'DELTA') OVER same AS uncertain,
      sum(m.owed_value) OVER same AS owed
    FROM metric_total m JOIN connection c ON c.id = m.connection_id
    WINDOW same AS (PARTITION BY m.project_id, m.account_id, ${key}),
      place AS (PARTITION BY m.project_id, m.account_id, ${key}
        ORDER BY c.deleted_at IS NOT NULL, c.is_disabled, m.acknowledged_value + m.uncertain_value DESC, m.id)
  ), gone AS (DELETE FROM metric_total WHERE id IN (SELECT id FROM total WHERE place > 1)),
  one AS (
    SELECT m.id, t.owed, CASE WHEN t.is_delta THEN t.acknowledged ELSE m.acknowledged_value END AS acknowledged,
      CASE WHEN t.is_delta THEN t.uncertain ELSE m.uncertain_value END AS uncertain
    FROM total t JOIN metric_total m ON m.id = t.id WHERE t.place = 1 AND t.rows > 1
  )
  UPDATE metric_total m SET acknowledged_value = o.acknowledged, uncertain_value = o.uncertain, owed_value = o.owed,
    state = CASE WHEN o.owed <> o.acknowledged + o.uncertain THEN 'OWED' WHEN o.uncertain > 0 THEN 'UNCERTAIN' ELSE m.state END,
    next_try_at = now()
  FROM one o WHERE o.id = m.id`;

const changes = [
  ...tables.map((table) => `ALTER TABLE ${table} ADD COLUMN account_id uuid`),
  ...tables.map(
    (
      table,
    ) => `UPDATE ${table} t SET account_id = coalesce((SELECT account_id FROM connection c WHERE c.id = t.connection_id),
      t.connection_id)`,
  ),
  `CREATE FUNCTION note_account() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
    NEW.account_id = coalesce((SELECT account_id FROM connection c WHERE c.id = NEW.connection_id), NEW.connection_id);
    RETURN NEW;
  END $body$`,
  ...tables.map(
    (table) => `CREATE TRIGGER note_account BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION note_account()`,
  ),
  `UPDATE metric_total m SET posting_value = NULL, uncertain_value = posting_value - acknowledged_value,
     state = CASE WHEN owed_value = posting_value THEN 'UNCERTAIN' ELSE 'OWED' END,
     last_error = 'The process ended while this value was posted; it may have counted'
   FROM connection c WHERE c.id = m.connection_id AND c.metrics_mode = 'DELTA' AND m.posting_value IS NOT NULL`,
  oneRowEach,
  'ALTER TABLE metric_total ALTER COLUMN account_id SET NOT NULL',
  `ALTER TABLE metric_total DROP CONSTRAINT uq_metric_total,
     ADD CONSTRAINT uq_metric_total UNIQUE (project_id, connection_id, account_id, ${key})`,
];

const reversal = [
  `DELETE FROM metric_total m USING connection c WHERE c.id = m.connection_id AND c.account_id <> m.account_id`,
  `ALTER TABLE metric_total DROP CONSTRAINT uq_metric_total,
     ADD CONSTRAINT uq_metric_total UNIQUE (project_id, connection_id, ${key})`,
  ...tables.map((table) => `DROP TRIGGER note_account ON ${table}`),
  'DROP FUNCTION note_account()',
  ...tables.map((table) => `ALTER TABLE ${table} DROP COLUMN account_id`),
];
