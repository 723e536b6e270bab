import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A hand-over in doubt may also be closed by what its customer did with the message. */
export class Proven1795420000201 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await replaceCheck(runner, `'COUNTED_AS_SENT', 'SENT_AGAIN', 'RETRIED', 'PROVEN'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE delivery_past SET closed_as = 'COUNTED_AS_SENT' WHERE closed_as = 'PROVEN'`);
    await replaceCheck(runner, `'COUNTED_AS_SENT', 'SENT_AGAIN', 'RETRIED'`);
  }
}

async function replaceCheck(runner: QueryRunner, values: string): Promise<void> {
  await runner.query('ALTER TABLE delivery_past DROP CONSTRAINT ck_delivery_past_closed');
  await runner.query(
    `ALTER TABLE delivery_past ADD CONSTRAINT ck_delivery_past_closed CHECK (closed_as IN (${values}))`,
  );
}
