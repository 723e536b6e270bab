import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys of apps that push messages can be encrypted for. */
export class EncryptionKeys1795420000393 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE device ADD COLUMN encryption_keys jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE device DROP COLUMN encryption_keys');
  }
}
