import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where e-mails and texts went: a complaint or a bounce is about that address, whatever the person has by then. */
export class MailedAddress1795420000381 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE delivery ADD COLUMN address text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE delivery DROP COLUMN address');
  }
}
