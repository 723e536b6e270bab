import type { MigrationInterface, QueryRunner } from 'typeorm';

const bare = `btrim(user_id, E'\\t\\n\\u000b\\f\\r \\u00a0\\u1680\\u2000\\u2001\\u2002\\u2003\\u2004\\u2005\\u2006\\u2007\\u2008\\u2009\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff')`;

/** Profiles whose user ID has blanks around it are found without them. They are few. */
export class UserIdsWithBlanks1795420000550 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX ix_profile_user_id_with_blanks ON profile (project_id, (${bare})) WHERE user_id <> ${bare}`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_profile_user_id_with_blanks');
  }
}
