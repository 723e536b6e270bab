import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By which a connection that is made again is known to be to the same account; connections from before have none. */
export class TokenDigest1795420000520 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE connection ADD COLUMN api_token_digest bytea');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE connection DROP COLUMN api_token_digest');
  }
}
