import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How long a message waits for its provider counts from its first refusal, not from the announcement. */
export class WaitingDeliveries1795420000352 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE delivery ADD COLUMN waiting_since timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE delivery DROP COLUMN waiting_since');
  }
}
