import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Every recipient and delivery is written twice: when it is made and when it ends. Where its page has room and no indexed
 * column changes, the second version needs no new entry in any index. So pages are left half empty, and the provider's
 * ids, of which only those of texts are looked up, are in the index for texts alone. Receipts come within two weeks.
 */
export class LedgerPages1795420000564 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_delivery_provider_message');
    await runner.query('ALTER TABLE delivery ADD COLUMN text_message_id text');
    await runner.query(`UPDATE delivery SET text_message_id = provider_message_id
      WHERE medium = 'SMS' AND provider_message_id IS NOT NULL AND claimed_at > now() - interval '15 days'`);
    await runner.query(
      'CREATE INDEX ix_delivery_text_message ON delivery (account_id, text_message_id) WHERE text_message_id IS NOT NULL',
    );
    await runner.query(partitionFunction(`CASE WHEN parent IN ('recipient', 'delivery') THEN 50 ELSE 100 END`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(partitionFunction('85'));
    await runner.query('DROP INDEX ix_delivery_text_message');
    await runner.query('ALTER TABLE delivery DROP COLUMN text_message_id');
    await runner.query(`CREATE INDEX ix_delivery_provider_message ON delivery (account_id, provider_message_id)
      WHERE provider_message_id IS NOT NULL AND medium = 'SMS'`);
  }
}

/** Creates the day's partitions aside and attaches them, so that no reader of the parent is ever waited for. */
const partitionFunction = (fillfactor: string): string => `
  CREATE OR REPLACE FUNCTION ensure_ledger_partitions(day timestamptz) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    parent text;
    child text;
    lower_bound uuid := (lpad(to_hex((extract(epoch FROM date_trunc('day', day, 'UTC')) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
    upper_bound uuid := (lpad(to_hex((extract(epoch FROM date_trunc('day', day, 'UTC') + interval '1 day') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
  BEGIN
    FOREACH parent IN ARRAY ARRAY['recipient_staging', 'recipient_reject', 'recipient', 'delivery'] LOOP
      child := parent || '_' || to_char(day AT TIME ZONE 'UTC', 'YYYYMMDD');
      CONTINUE WHEN to_regclass(child) IS NOT NULL;
      PERFORM pg_advisory_xact_lock(727402);
      CONTINUE WHEN to_regclass(child) IS NOT NULL;
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', child, parent);
      EXECUTE format('ALTER TABLE %I SET (fillfactor = %s)', child, ${fillfactor});
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child, lower_bound, upper_bound);
    END LOOP;
  END $$`;
