import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which connections are to one account: of those that there are, the digests of their tokens tell it. From now on a
 * connection gets a digest when it is deleted; those that there are keep theirs for the way back.
 */
export class AccountsOfConnections1795420000530 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE connection ADD COLUMN account_id uuid');
    await runner.query(
      `UPDATE connection c SET account_id = coalesce((SELECT o.id FROM connection o WHERE o.project_id = c.project_id
         AND o.endpoint = c.endpoint AND o.api_token_digest = c.api_token_digest ORDER BY o.id LIMIT 1), c.id)`,
    );
    await runner.query('ALTER TABLE connection ALTER COLUMN account_id SET NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE connection DROP COLUMN account_id');
  }
}
