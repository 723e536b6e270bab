import type { MigrationInterface, QueryRunner } from 'typeorm';

const bare = (userId: string): string =>
  `btrim(${userId}, E'\\t\\n\\u000b\\f\\r \\u00a0\\u1680\\u2000\\u2001\\u2002\\u2003\\u2004\\u2005\\u2006\\u2007\\u2008\\u2009\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff')`;

const newestFirst = 'k.data_date DESC, k.heard_at DESC';

/**
 * What was said of customers whose ID has blanks around it is kept as it was said, and found without them. They are few.
 * Of customers who have another user ID than before, what was said last counts under the one they were matched by, too, as
 * it does for those who are matched from now on; that stays, for it cannot be told from what was said.
 */
export class CustomerIdsWithBlanks1795420000556 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX ix_remembered_value_with_blanks ON remembered_value (attribute_id, (${bare('user_id')})) WHERE user_id <> ${bare('user_id')}`,
    );
    await runner.query(`
      INSERT INTO customer_value AS c (project_id, attribute_id, user_id, customer_id, value, data_date, is_doubtful, heard_at)
      SELECT k.project_id, k.attribute_id, f.user_id, k.customer_id,
        (array_agg(k.value ORDER BY k.is_doubtful AND k.value IS NULL, ${newestFirst}))[1], max(k.data_date),
        (array_agg(k.is_doubtful ORDER BY ${newestFirst}))[1], (array_agg(k.heard_at ORDER BY ${newestFirst}))[1]
      FROM matched_customer m JOIN profile p ON p.project_id = m.project_id AND p.id = m.profile_id
      CROSS JOIN LATERAL (SELECT ${bare('p.user_id')} AS user_id) AS f
      JOIN connection n ON n.id = m.connection_id AND n.user_id_attribute IS NOT NULL
      JOIN suppression_attribute a ON a.connection_id = m.connection_id
      JOIN customer_value k ON k.attribute_id = a.id AND k.customer_id = m.customer_id AND k.user_id <> f.user_id
      WHERE f.user_id <> ''
      GROUP BY k.project_id, k.attribute_id, f.user_id, k.customer_id
      ON CONFLICT ON CONSTRAINT pk_customer_value DO UPDATE SET data_date = excluded.data_date,
        value = CASE WHEN excluded.is_doubtful THEN coalesce(c.value, excluded.value) ELSE excluded.value END,
        is_doubtful = excluded.is_doubtful, heard_at = excluded.heard_at
      WHERE (c.data_date, c.heard_at) < (excluded.data_date, excluded.heard_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_remembered_value_with_blanks');
  }
}
