import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Since when Optimove ought to know a total or a status, however often it was tried. Where additions are told, and the
 * account had several connections, each of them knew its own part: now one knows what all of them told.
 */
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
  `UPDATE metric_total m SET acknowledged_value = t.acknowledged, uncertain_value = t.uncertain
   FROM connection c CROSS JOIN LATERAL (
     SELECT x.optimove_campaign_id, x.optimove_channel_id, x.optimove_template_id, x.metric,
       sum(x.acknowledged_value) AS acknowledged, sum(x.uncertain_value) AS uncertain
     FROM connection o JOIN metric_total x ON x.project_id = o.project_id AND x.connection_id = o.id
     WHERE o.project_id = c.project_id AND o.account_id = c.account_id GROUP BY 1, 2, 3, 4
   ) AS t
   WHERE c.id = m.connection_id AND c.metrics_mode = 'DELTA' AND c.deleted_at IS NULL
     AND (t.optimove_campaign_id, t.optimove_channel_id, t.optimove_template_id, t.metric)
       = (m.optimove_campaign_id, m.optimove_channel_id, m.optimove_template_id, m.metric)`,
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
