import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Apps whose installations register themselves, anonymous profiles, and a log of consent that no writer can forget. */
export class DevicesOfApps1795420000021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of changes) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of reversal) await runner.query(statement);
  }
}

const platforms = (list: string) => `CONSTRAINT ck_device_platform CHECK (platform IN (${list}))`;

const source = `coalesce(nullif(current_setting('app.consent_source', true), ''), 'API')`;

/** One row per person and medium whose answer changed; `given` is the state of a person who did not exist. */
const logOfProfiles = (given: string, join: string) => `
  INSERT INTO subscription_change (project_id, profile_id, medium, address, before, after, source)
  SELECT n.project_id, n.id, m.medium, m.address, m.before, m.after, ${source}
  FROM changed_to n ${join},
  LATERAL (VALUES ('EMAIL', n.email, ${given.replace('%s', 'email')}, n.email_subscription),
                  ('SMS', n.mobile_number, ${given.replace('%s', 'sms')}, n.sms_subscription))
    AS m(medium, address, before, after)
  WHERE m.before <> m.after`;

const medium = (row: string) => `CASE ${row}.platform WHEN 'WEB' THEN 'WEB_PUSH' ELSE 'MOBILE_PUSH' END`;

const logOfDevices = (old: string, join: string) => `
  INSERT INTO subscription_change (project_id, profile_id, device_id, medium, before, after, source)
  SELECT n.project_id, n.profile_id, n.id, ${medium('n')}, ${old}, n.push_subscription, ${source}
  FROM changed_to n ${join} WHERE ${old} <> n.push_subscription`;

const logOfMoves = `
  INSERT INTO subscription_change (project_id, profile_id, device_id, medium, before, after, source)
  SELECT o.project_id, o.profile_id, o.id, ${medium('o')}, o.push_subscription, 'NOT_SET', 'DEVICE_MOVED'
  FROM changed_from o JOIN changed_to n ON n.id = o.id
  WHERE n.profile_id <> o.profile_id AND o.push_subscription <> 'NOT_SET'`;

const trigger = (table: string, operation: 'INSERT' | 'UPDATE', statements: string[]): string[] => {
  const name = `log_${table}_consent_on_${operation.toLowerCase()}`;
  const tables =
    operation === 'UPDATE' ? 'OLD TABLE AS changed_from NEW TABLE AS changed_to' : 'NEW TABLE AS changed_to';
  return [
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN ${statements.join(';')}; RETURN NULL; END $body$`,
    `CREATE TRIGGER ${name} AFTER ${operation} ON ${table} REFERENCING ${tables} FOR EACH STATEMENT EXECUTE FUNCTION ${name}()`,
  ];
};

const beforeOfMove = `CASE WHEN o.profile_id = n.profile_id THEN o.push_subscription ELSE 'NOT_SET' END`;

const changes = [
  `CREATE TABLE app (
    id uuid CONSTRAINT pk_app PRIMARY KEY,
    project_id uuid NOT NULL,
    name text NOT NULL,
    platform text NOT NULL,
    sdk_key_hash text NOT NULL,
    sdk_key_hint text NOT NULL,
    identity_secret text,
    is_enabled boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_app_name UNIQUE (project_id, name),
    CONSTRAINT uq_app_sdk_key UNIQUE (sdk_key_hash),
    CONSTRAINT ck_app_platform CHECK (platform IN ('ANDROID', 'IOS', 'WEB'))
  )`,
  'ALTER TABLE profile ALTER COLUMN user_id DROP NOT NULL',
  'ALTER TABLE device DROP CONSTRAINT ck_device_platform',
  `ALTER TABLE device ALTER COLUMN token DROP NOT NULL,
    ADD COLUMN app_id uuid,
    ADD COLUMN installation_id text,
    ADD COLUMN secret_hash text,
    ADD COLUMN web_push_keys jsonb,
    ADD COLUMN language text,
    ADD COLUMN country text,
    ADD COLUMN time_zone text,
    ADD COLUMN app_version text,
    ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN last_seen_at timestamptz,
    ADD CONSTRAINT uq_device_installation UNIQUE (app_id, installation_id),
    ADD ${platforms("'ANDROID', 'IOS', 'WEB'")}`,
  `CREATE TABLE subscription_change (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_subscription_change PRIMARY KEY,
    project_id uuid NOT NULL,
    profile_id uuid NOT NULL,
    device_id uuid,
    medium text NOT NULL,
    address text,
    before text NOT NULL,
    after text NOT NULL,
    source text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
  )`,
  'CREATE INDEX ix_subscription_change_profile ON subscription_change (project_id, profile_id, id)',
  'CREATE INDEX ix_subscription_change_project ON subscription_change (project_id, id)',
  ...trigger('profile', 'INSERT', [logOfProfiles("'NOT_SET'", '')]),
  ...trigger('profile', 'UPDATE', [logOfProfiles('o.%s_subscription', 'JOIN changed_from o ON o.id = n.id')]),
  ...trigger('device', 'INSERT', [logOfDevices("'NOT_SET'", '')]),
  ...trigger('device', 'UPDATE', [logOfDevices(beforeOfMove, 'JOIN changed_from o ON o.id = n.id'), logOfMoves]),
];

const reversal = [
  ...['profile', 'device'].flatMap((table) =>
    ['insert', 'update'].map((operation) => `DROP FUNCTION log_${table}_consent_on_${operation}() CASCADE`),
  ),
  'DROP TABLE subscription_change',
  `DELETE FROM device WHERE token IS NULL OR platform = 'WEB'`,
  'ALTER TABLE device DROP CONSTRAINT ck_device_platform',
  `ALTER TABLE device ALTER COLUMN token SET NOT NULL,
    DROP CONSTRAINT uq_device_installation,
    DROP COLUMN app_id, DROP COLUMN installation_id, DROP COLUMN secret_hash, DROP COLUMN web_push_keys,
    DROP COLUMN language, DROP COLUMN country, DROP COLUMN time_zone, DROP COLUMN app_version,
    DROP COLUMN attributes, DROP COLUMN last_seen_at,
    ADD ${platforms("'ANDROID', 'IOS'")}`,
  'DELETE FROM profile WHERE user_id IS NULL',
  'ALTER TABLE profile ALTER COLUMN user_id SET NOT NULL',
  'DROP TABLE app',
];
