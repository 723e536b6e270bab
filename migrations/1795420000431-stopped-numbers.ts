import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Numbers that said STOP are listed, whether somebody has them or not: those of before, too. */
export class StoppedNumbers1795420000431 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      INSERT INTO suppression_entry (id, project_id, kind, value, medium, reason, created_at)
      SELECT gen_random_uuid(), project_id, 'MOBILE_NUMBER', address, 'SMS', 'STOP by text', changed_at FROM (
        SELECT DISTINCT ON (project_id, address) project_id, address, after, source, changed_at FROM subscription_change
        WHERE medium = 'SMS' AND address IS NOT NULL AND source NOT IN ('IMPORT', 'API') ORDER BY project_id, address, id DESC
      ) AS c WHERE after = 'UNSUBSCRIBED' AND source = 'KEYWORD'
      ON CONFLICT ON CONSTRAINT uq_suppression_entry DO NOTHING`);
    await runner.query(`
      INSERT INTO suppression_entry (id, project_id, kind, value, medium, reason, created_at)
      SELECT gen_random_uuid(), project_id, 'MOBILE_NUMBER', from_number, 'SMS', 'STOP by text', max(received_at)
      FROM text_intake WHERE keyword = 'STOP' AND processed_at IS NULL GROUP BY project_id, from_number
      ON CONFLICT ON CONSTRAINT uq_suppression_entry DO NOTHING`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM suppression_entry e WHERE kind = 'MOBILE_NUMBER' AND medium = 'SMS' AND reason = 'STOP by text' AND EXISTS (
        SELECT FROM profile p WHERE p.project_id = e.project_id AND p.mobile_number = e.value AND p.sms_subscription = 'UNSUBSCRIBED')`);
  }
}
