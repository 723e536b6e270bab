import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who can be contacted on which channel, as Optimove is told: what changed, what is owed, and every post of it. */
export class SubscriptionStatus1795420000029 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of changes) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of reversal) await runner.query(statement);
  }
}

const roles = (list: string) => `ALTER TABLE api_key DROP CONSTRAINT ck_api_key_role,
  ADD CONSTRAINT ck_api_key_role CHECK (role IN (${list}))`;

const trigger = (name: string, when: string, body: string): string[] => [
  `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN ${body}; RETURN NULL; END $body$`,
  `CREATE TRIGGER ${name} ${when} EXECUTE FUNCTION ${name}()`,
];

const columnsOfContact = {
  profile: [
    'user_id',
    'email',
    'mobile_number',
    'email_subscription',
    'sms_subscription',
    'is_email_addressable',
    'is_mobile_number_addressable',
  ],
  device: ['profile_id', 'token', 'push_subscription', 'is_addressable', 'app_id'],
};

/** Fires only for statements that name one of the columns, so that writing attributes costs nothing. */
const onUpdate = (table: keyof typeof columnsOfContact): string => {
  const columns = columnsOfContact[table];
  const of = (row: string) => `(${columns.map((column) => `${row}.${column}`).join(', ')})`;
  return `AFTER UPDATE OF ${columns.join(', ')} ON ${table} FOR EACH ROW WHEN (${of('OLD')} IS DISTINCT FROM ${of('NEW')})`;
};

const onInsert = (table: string): string =>
  `AFTER INSERT ON ${table} REFERENCING NEW TABLE AS added FOR EACH STATEMENT`;

const note = (rows: string): string => `INSERT INTO contact_change (project_id, profile_id) ${rows}`;

const isWatched = 'EXISTS (SELECT 1 FROM contact_watch w WHERE w.project_id = NEW.project_id)';

const changes = [
  roles("'ADMIN', 'MARKETER', 'APPROVER', 'COPYWRITER', 'VIEWER', 'SUPPORT'"),
  'CREATE TABLE contact_watch (project_id uuid CONSTRAINT pk_contact_watch PRIMARY KEY)',
  `CREATE TABLE contact_change (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_contact_change PRIMARY KEY,
    project_id uuid NOT NULL,
    profile_id uuid NOT NULL
  )`,
  'CREATE INDEX ix_contact_change_project ON contact_change (project_id, id)',
  ...trigger(
    'note_contact_of_new_profile',
    onInsert('profile'),
    note(`SELECT a.project_id, a.id FROM added a JOIN contact_watch w ON w.project_id = a.project_id
      WHERE a.user_id IS NOT NULL AND (a.email IS NOT NULL OR a.mobile_number IS NOT NULL
        OR a.email_subscription <> 'NOT_SET' OR a.sms_subscription <> 'NOT_SET')`),
  ),
  ...trigger(
    'note_contact_of_new_device',
    onInsert('device'),
    note('SELECT DISTINCT a.project_id, a.profile_id FROM added a JOIN contact_watch w ON w.project_id = a.project_id'),
  ),
  ...trigger('note_contact_of_profile', onUpdate('profile'), note(`SELECT NEW.project_id, NEW.id WHERE ${isWatched}`)),
  ...trigger(
    'note_contact_of_device',
    onUpdate('device'),
    note(
      `SELECT DISTINCT NEW.project_id, p.id FROM (VALUES (OLD.profile_id), (NEW.profile_id)) AS p(id) WHERE ${isWatched}`,
    ),
  ),
  `CREATE TABLE matched_customer (
    connection_id uuid NOT NULL,
    customer_id text NOT NULL,
    project_id uuid NOT NULL,
    profile_id uuid NOT NULL,
    CONSTRAINT pk_matched_customer PRIMARY KEY (connection_id, customer_id)
  )`,
  'CREATE INDEX ix_matched_customer_profile ON matched_customer (connection_id, profile_id)',
  `CREATE TABLE subscription_postback_allowance (
    project_id uuid CONSTRAINT pk_subscription_postback_allowance PRIMARY KEY,
    allowed_by text NOT NULL,
    allowed_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE subscription_postback (
    connection_id uuid CONSTRAINT pk_subscription_postback PRIMARY KEY,
    project_id uuid NOT NULL,
    is_on boolean NOT NULL,
    subscribed_mode integer NOT NULL,
    unsubscribed_mode integer NOT NULL,
    confirmed_by text,
    confirmed_at timestamptz,
    email_channel_id integer,
    version integer NOT NULL DEFAULT 1,
    walk_state text NOT NULL DEFAULT 'NONE',
    walk_posts_again boolean NOT NULL DEFAULT false,
    walk_after_xid xid8,
    walk_after_profile uuid,
    walk_task_id uuid,
    without_customer integer NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ck_subscription_postback_modes CHECK (subscribed_mode <> unsubscribed_mode),
    CONSTRAINT ck_subscription_postback_walk CHECK (walk_state IN ('NONE', 'ASKED', 'WALKING', 'DONE')),
    CONSTRAINT ck_subscription_postback_on CHECK (NOT is_on OR confirmed_at IS NOT NULL)
  )`,
  'CREATE INDEX ix_subscription_postback_project ON subscription_postback (project_id)',
  `CREATE TABLE subscription_target (
    id uuid CONSTRAINT pk_subscription_target PRIMARY KEY,
    project_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    medium text NOT NULL,
    optimove_channel_id integer NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    held_until timestamptz,
    last_error text,
    CONSTRAINT uq_subscription_target UNIQUE (connection_id, optimove_channel_id, medium),
    CONSTRAINT ck_subscription_target_medium CHECK (medium IN ('MOBILE_PUSH', 'WEB_PUSH', 'SMS', 'EMAIL'))
  )`,
  `CREATE TABLE subscription_status (
    target_id uuid NOT NULL,
    customer_id text NOT NULL,
    project_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    profile_id uuid NOT NULL,
    owed text NOT NULL,
    acknowledged text,
    state text NOT NULL DEFAULT 'OWED',
    post_id uuid,
    next_try_at timestamptz NOT NULL DEFAULT now(),
    last_error text,
    acknowledged_at timestamptz,
    CONSTRAINT pk_subscription_status PRIMARY KEY (target_id, customer_id),
    CONSTRAINT ck_subscription_status_owed CHECK (owed IN ('SUBSCRIBED', 'UNSUBSCRIBED')),
    CONSTRAINT ck_subscription_status_state CHECK (state IN ('OWED', 'ACKNOWLEDGED', 'REFUSED'))
  )`,
  'CREATE INDEX ix_subscription_status_profile ON subscription_status (connection_id, profile_id)',
  `CREATE INDEX ix_subscription_status_owed ON subscription_status (target_id, owed, next_try_at) WHERE state = 'OWED'`,
  `CREATE INDEX ix_subscription_status_post ON subscription_status (post_id) WHERE post_id IS NOT NULL`,
  `CREATE TABLE subscription_post (
    id uuid CONSTRAINT pk_subscription_post PRIMARY KEY,
    project_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    target_id uuid NOT NULL,
    status text NOT NULL,
    mode integer NOT NULL,
    customers integer NOT NULL,
    outcome text NOT NULL DEFAULT 'POSTING',
    error text,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    CONSTRAINT ck_subscription_post_outcome CHECK (outcome IN ('POSTING', 'ACKNOWLEDGED', 'REFUSED', 'UNANSWERED'))
  )`,
  'CREATE INDEX ix_subscription_post_connection ON subscription_post (project_id, connection_id, id)',
];

const reversal = [
  'DROP TABLE subscription_post',
  'DROP TABLE subscription_status',
  'DROP TABLE subscription_target',
  'DROP TABLE subscription_postback',
  'DROP TABLE subscription_postback_allowance',
  'DROP TABLE matched_customer',
  ...['new_profile', 'new_device', 'profile', 'device'].map(
    (what) => `DROP FUNCTION note_contact_of_${what}() CASCADE`,
  ),
  'DROP TABLE contact_change',
  'DROP TABLE contact_watch',
  `DELETE FROM api_key WHERE role = 'SUPPORT'`,
  roles("'ADMIN', 'MARKETER', 'APPROVER', 'COPYWRITER', 'VIEWER'"),
];
