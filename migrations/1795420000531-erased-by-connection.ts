import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Two connections may give one customer id to two people: who was erased is known by connection, and counted apart. */
export class ErasedByConnection1795420000531 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}

const up = [
  `ALTER TABLE erased_customer ADD COLUMN scope text NOT NULL DEFAULT 'ANY'`,
  'ALTER TABLE erased_customer ALTER COLUMN scope DROP DEFAULT',
  'ALTER TABLE erased_customer DROP CONSTRAINT pk_erased_customer',
  'ALTER TABLE erased_customer ADD CONSTRAINT pk_erased_customer PRIMARY KEY (project_id, digest, scope)',
  'ALTER TABLE execution_reading ADD COLUMN erased integer NOT NULL DEFAULT 0',
  `UPDATE erasure e SET person = e.person || jsonb_build_object('customers', coalesce((
     SELECT jsonb_agg(jsonb_build_object('connectionId', m.connection_id, 'customerId', m.customer_id))
     FROM matched_customer m WHERE m.project_id = e.project_id AND m.profile_id = (e.person->>'profileId')::uuid), '[]'))
   WHERE e.person IS NOT NULL`,
];

const down = [
  'UPDATE execution_reading SET known = known + erased WHERE erased > 0',
  'ALTER TABLE execution_reading DROP COLUMN erased',
  `DELETE FROM erased_customer x USING erased_customer o WHERE o.project_id = x.project_id AND o.digest = x.digest
     AND (o.erased_at, o.scope) > (x.erased_at, x.scope)`,
  'ALTER TABLE erased_customer DROP CONSTRAINT pk_erased_customer',
  'ALTER TABLE erased_customer ADD CONSTRAINT pk_erased_customer PRIMARY KEY (project_id, digest)',
  'ALTER TABLE erased_customer DROP COLUMN scope',
];
