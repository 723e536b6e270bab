import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Counts of recipients say how many can be reached inside an app or on a site. */
export class RecipientsInside1795420000028 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE recipient_count ADD COLUMN inside integer NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE recipient_count DROP COLUMN inside');
  }
}
