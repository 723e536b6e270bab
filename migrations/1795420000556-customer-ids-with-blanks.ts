import type { MigrationInterface, QueryRunner } from 'typeorm';

const bare = `btrim(user_id, E'\\t\\n\\u000b\\f\\r \\u00a0\\u1680\\u2000\\u2001\\u2002\\u2003\\u2004\\u2005\\u2006\\u2007\\u2008\\u2009\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff')`;

/** What was said of customers whose ID has blanks around it is kept as it was said, and found without them. They are few. */
export class CustomerIdsWithBlanks1795420000556 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX ix_remembered_value_with_blanks ON remembered_value (attribute_id, (${bare})) WHERE user_id <> ${bare}`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_remembered_value_with_blanks');
  }
}
