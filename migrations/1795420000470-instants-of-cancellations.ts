import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What Optimove said earlier and later is told apart by instants: a local time stamp means two of them in the hour that
 * autumn repeats. What was said before counts as said when it came.
 */
export class InstantsOfCancellations1795420000470 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of undo) await runner.query(statement);
  }
}

const saidAtArrival = (table: string): string[] => [
  `ALTER TABLE ${table} ADD COLUMN said_at timestamptz`,
  `UPDATE ${table} SET said_at = date_trunc('second', received_at)`,
  `ALTER TABLE ${table} ALTER COLUMN said_at SET NOT NULL`,
];

const statements = [
  'ALTER TABLE execution ADD COLUMN cancel_said_at timestamptz',
  `UPDATE execution SET cancel_said_at = date_trunc('second', cancel_requested_at) WHERE cancelled_stamp IS NOT NULL`,
  'ALTER TABLE execution DROP COLUMN cancelled_stamp',
  ...['execution_announcement', 'campaign_signal', 'campaign_cancellation'].flatMap(saidAtArrival),
  'ALTER TABLE campaign_cancellation DROP COLUMN cancelled_at',
];

/** Time stamps are local to their connection; deleted ones are kept. */
const stamped = (table: string, stamp: string, instant: string): string =>
  `UPDATE ${table} t SET ${stamp} = to_char(t.${instant} AT TIME ZONE n.time_zone, 'YYYY-MM-DD HH24:MI:SS')
   FROM connection n WHERE n.id = t.connection_id AND t.${instant} IS NOT NULL`;

const undo = [
  'ALTER TABLE campaign_cancellation ADD COLUMN cancelled_at text',
  stamped('campaign_cancellation', 'cancelled_at', 'said_at'),
  'ALTER TABLE campaign_cancellation ALTER COLUMN cancelled_at SET NOT NULL, DROP COLUMN said_at',
  'ALTER TABLE campaign_signal DROP COLUMN said_at',
  'ALTER TABLE execution_announcement DROP COLUMN said_at',
  'ALTER TABLE execution ADD COLUMN cancelled_stamp text',
  stamped('execution', 'cancelled_stamp', 'cancel_said_at'),
  'ALTER TABLE execution DROP COLUMN cancel_said_at',
];
