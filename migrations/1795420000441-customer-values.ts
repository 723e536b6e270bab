import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was said of each customer where several may have one user ID: until now of the person, so of each who was matched. */
export class CustomerValues1795420000441 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE customer_value (
        project_id uuid NOT NULL,
        attribute_id uuid NOT NULL,
        user_id text NOT NULL,
        customer_id text NOT NULL,
        value jsonb,
        data_date date NOT NULL,
        is_doubtful boolean NOT NULL DEFAULT false,
        heard_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_customer_value PRIMARY KEY (attribute_id, user_id, customer_id)
      ) WITH (fillfactor = 85)`);
    await runner.query(`
      INSERT INTO customer_value (project_id, attribute_id, user_id, customer_id, value, data_date, is_doubtful)
      SELECT r.project_id, r.attribute_id, r.user_id, m.customer_id, r.value, r.data_date, r.is_doubtful
      FROM matched_customer m JOIN profile p ON p.project_id = m.project_id AND p.id = m.profile_id
      JOIN connection c ON c.id = m.connection_id AND c.user_id_attribute IS NOT NULL
      JOIN suppression_attribute a ON a.connection_id = m.connection_id
      JOIN remembered_value r ON r.attribute_id = a.id AND r.user_id = p.user_id`);
    await runner.query('CREATE INDEX ix_customer_value_customer ON customer_value (attribute_id, customer_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE customer_value');
  }
}
