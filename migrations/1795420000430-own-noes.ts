import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who said no themselves: no file and no server takes that back. */
export class OwnNoes1795420000430 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE profile ADD COLUMN email_no_is_own boolean NOT NULL DEFAULT false, ADD COLUMN sms_no_is_own boolean NOT NULL DEFAULT false`,
    );
    await runner.query('ALTER TABLE device ADD COLUMN push_no_is_own boolean NOT NULL DEFAULT false');
    for (const medium of ['email', 'sms']) await runner.query(ownNoes(medium));
    await runner.query(`
      UPDATE device d SET push_no_is_own = true FROM (
        SELECT DISTINCT ON (device_id) device_id, source FROM subscription_change
        WHERE device_id IS NOT NULL AND after = 'UNSUBSCRIBED' ORDER BY device_id, id DESC) AS c
      WHERE d.id = c.device_id AND d.push_subscription = 'UNSUBSCRIBED' AND c.source NOT IN ('IMPORT', 'API')`);
    // What a file emptied was an answer all the same: a number of Optimove makes no yes of it.
    await runner.query(`
      UPDATE profile p SET sms_said_at = c.changed_at FROM (
        SELECT profile_id, max(changed_at) AS changed_at FROM subscription_change
        WHERE medium = 'SMS' AND after = 'UNSUBSCRIBED' GROUP BY profile_id) AS c
      WHERE p.id = c.profile_id AND p.sms_subscription = 'NOT_SET' AND p.sms_said_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE device DROP COLUMN push_no_is_own');
    await runner.query('ALTER TABLE profile DROP COLUMN sms_no_is_own, DROP COLUMN email_no_is_own');
  }
}

function ownNoes(medium: string): string {
  return `UPDATE profile p SET ${medium}_no_is_own = true FROM (
      SELECT DISTINCT ON (profile_id) profile_id, source FROM subscription_change
      WHERE medium = upper('${medium}') AND after = 'UNSUBSCRIBED' ORDER BY profile_id, id DESC) AS c
    WHERE p.id = c.profile_id AND p.${medium}_subscription = 'UNSUBSCRIBED' AND c.source NOT IN ('IMPORT', 'API')`;
}
