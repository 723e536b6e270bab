import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which of the texts somebody got. Without a default nothing is rewritten. */
export class ChoiceOfDelivery1795420000040 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE delivery ADD variant text, ADD language text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE delivery DROP variant, DROP language');
  }
}
