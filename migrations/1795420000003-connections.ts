import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Optimove connections and the budget of calls per API key. */
export class Connections1795420000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE connection (
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        name text NOT NULL,
        endpoint text NOT NULL,
        api_token text,
        api_token_hint text NOT NULL,
        api_token_set_at timestamptz NOT NULL DEFAULT now(),
        callback_secret text NOT NULL,
        user_id_attribute text,
        mobile_number_attribute text,
        treat_imported_numbers_as_subscribed boolean NOT NULL DEFAULT true,
        time_zone text NOT NULL DEFAULT 'UTC',
        metrics_mode text NOT NULL DEFAULT 'ABSOLUTE',
        page_size integer NOT NULL DEFAULT 10000,
        trusts_short_page boolean NOT NULL DEFAULT false,
        calls_per_second double precision NOT NULL DEFAULT 4,
        status text NOT NULL DEFAULT 'ACTIVE',
        is_disabled boolean NOT NULL DEFAULT false,
        last_success_at timestamptz,
        last_error text,
        last_error_at timestamptz,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        CONSTRAINT pk_connection PRIMARY KEY (id),
        CONSTRAINT ck_connection_status CHECK (status IN ('ACTIVE', 'AUTHENTICATION_FAILED')),
        CONSTRAINT ck_connection_metrics_mode CHECK (metrics_mode IN ('ABSOLUTE', 'DELTA')),
        CONSTRAINT ck_connection_page_size CHECK (page_size BETWEEN 1 AND 200000),
        CONSTRAINT ck_connection_calls_per_second CHECK (calls_per_second > 0)
      )`);
    await runner.query(
      'CREATE UNIQUE INDEX uq_connection_name ON connection (project_id, name) WHERE deleted_at IS NULL',
    );
    await runner.query('CREATE INDEX ix_connection_project ON connection (project_id, id)');
    await runner.query(`
      CREATE TABLE optimove_call_budget (
        api_key_hash text NOT NULL,
        lane text NOT NULL,
        next_free_at timestamptz NOT NULL,
        CONSTRAINT pk_optimove_call_budget PRIMARY KEY (api_key_hash, lane)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE optimove_call_budget');
    await runner.query('DROP TABLE connection');
  }
}
