import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people do with messages, on its way to Optimove: totals of it, and batches of customers with one event each. */
export class EngagementPostbacks1795420000341 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of changes) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of reversal) await runner.query(statement);
  }
}

const totalChecks = (metrics: string, states: string): string[] => [
  'ALTER TABLE metric_total DROP CONSTRAINT ck_metric_total_metric, DROP CONSTRAINT ck_metric_total_state',
  `ALTER TABLE metric_total ADD CONSTRAINT ck_metric_total_metric CHECK (metric IN (${metrics})),
     ADD CONSTRAINT ck_metric_total_state CHECK (state IN (${states}))`,
];

const columns = ['opened', 'clicked', 'unsubscribed', 'complained', 'bounced'];
const firstTimes = columns.map((name) => `('${name.toUpperCase()}', OLD.${name}_at, NEW.${name}_at)`).join(', ');

const changes = [
  ...totalChecks(
    `'SENT', 'DELIVERED', 'DROPPED', 'OPENED', 'CLICKED', 'UNSUBSCRIBED', 'COMPLAINED', 'BOUNCED'`,
    `'OWED', 'ACKNOWLEDGED', 'REFUSED', 'UNCERTAIN', 'EXPIRED'`,
  ),
  'ALTER TABLE metric_total ADD COLUMN closes_at timestamptz',
  `CREATE TABLE recipient_event (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_recipient_event PRIMARY KEY,
    execution_id uuid NOT NULL,
    seq integer NOT NULL,
    kind text NOT NULL,
    occurred_at timestamptz NOT NULL
  )`,
  `CREATE FUNCTION note_recipient_event() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
    INSERT INTO recipient_event (execution_id, seq, kind, occurred_at)
    SELECT NEW.execution_id, NEW.seq, k.kind, k.at FROM (VALUES ${firstTimes}) AS k(kind, before, at)
    WHERE k.before IS NULL AND k.at IS NOT NULL;
    RETURN NULL;
  END $body$`,
  `CREATE TRIGGER note_recipient_event AFTER UPDATE OF ${columns.map((name) => `${name}_at`).join(', ')} ON recipient
    FOR EACH ROW EXECUTE FUNCTION note_recipient_event()`,
  `CREATE TABLE engagement_postback (
    connection_id uuid CONSTRAINT pk_engagement_postback PRIMARY KEY,
    project_id uuid NOT NULL,
    road text NOT NULL,
    on_doubt text NOT NULL,
    every_minutes integer NOT NULL,
    events_url text,
    events_token text,
    version integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ck_engagement_postback_road CHECK (road IN ('NONE', 'INTERACTIONS', 'EVENTS')),
    CONSTRAINT ck_engagement_postback_doubt CHECK (on_doubt IN ('POST_AGAIN', 'KEEP')),
    CONSTRAINT ck_engagement_postback_every CHECK (every_minutes BETWEEN 0 AND 1440),
    CONSTRAINT ck_engagement_postback_events CHECK (road <> 'EVENTS' OR (events_url IS NOT NULL AND events_token IS NOT NULL))
  )`,
  `CREATE TABLE engagement_batch (
    id uuid CONSTRAINT pk_engagement_batch PRIMARY KEY,
    project_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    optimove_campaign_id text NOT NULL,
    optimove_channel_id integer NOT NULL,
    optimove_template_id text NOT NULL,
    event text NOT NULL,
    day date NOT NULL,
    road text NOT NULL,
    customers integer NOT NULL,
    state text NOT NULL DEFAULT 'OWED',
    doubts integer NOT NULL DEFAULT 0,
    halvings integer NOT NULL DEFAULT 0,
    tries integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL DEFAULT now(),
    closes_at timestamptz NOT NULL,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    CONSTRAINT ck_engagement_batch_road CHECK (road IN ('INTERACTIONS', 'EVENTS')),
    CONSTRAINT ck_engagement_batch_state
      CHECK (state IN ('OWED', 'POSTING', 'ACKNOWLEDGED', 'REFUSED', 'UNCERTAIN', 'EXPIRED'))
  )`,
  'CREATE INDEX ix_engagement_batch_connection ON engagement_batch (project_id, connection_id, id)',
  `CREATE INDEX ix_engagement_batch_open ON engagement_batch (connection_id, next_try_at) WHERE state IN ('OWED', 'POSTING')`,
  `CREATE TABLE engagement_event (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_engagement_event PRIMARY KEY,
    project_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    optimove_campaign_id text NOT NULL,
    optimove_channel_id integer NOT NULL,
    optimove_template_id text NOT NULL,
    event text NOT NULL,
    day date NOT NULL,
    customer_id text NOT NULL,
    occurred_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now(),
    batch_id uuid
  )`,
  'CREATE INDEX ix_engagement_event_waiting ON engagement_event (connection_id, id) WHERE batch_id IS NULL',
  'CREATE INDEX ix_engagement_event_batch ON engagement_event (batch_id, id) WHERE batch_id IS NOT NULL',
];

const reversal = [
  'DROP TABLE engagement_event',
  'DROP TABLE engagement_batch',
  'DROP TABLE engagement_postback',
  'DROP FUNCTION note_recipient_event() CASCADE',
  'DROP TABLE recipient_event',
  'ALTER TABLE metric_total DROP COLUMN closes_at',
  `DELETE FROM metric_total WHERE metric NOT IN ('SENT', 'DELIVERED', 'DROPPED')`,
  `UPDATE metric_total SET state = 'REFUSED' WHERE state = 'EXPIRED'`,
  ...totalChecks(`'SENT', 'DELIVERED', 'DROPPED'`, `'OWED', 'ACKNOWLEDGED', 'REFUSED', 'UNCERTAIN'`),
];
