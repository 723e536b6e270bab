import { dropPartition, execute, partitionsBefore, query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** One day of the ledger, `YYYYMMDD`. */
export type LedgerDay = string;

const rowsAtOnce = 10_000;

/** Ids of the executions that a day's partitions are for: UUID v7, made between its two midnights (UTC). */
const ofDay = (day: string): string => `e.id >= ${firstId(`to_date(${day}, 'YYYYMMDD')`)}
  AND e.id < ${firstId(`to_date(${day}, 'YYYYMMDD') + 1`)}`;

function firstId(date: string): string {
  const ms = `(extract(epoch FROM (${date})::timestamp AT TIME ZONE 'UTC') * 1000)::bigint`;
  return `(lpad(to_hex(${ms}), 12, '0') || repeat('0', 20))::uuid`;
}

/** An execution that ended so many hours ago (`$n`) and whose list nobody is reading again. */
const isOver = (hours: string): string => `e.state IN ('COMPLETED', 'CANCELLED', 'FAILED')
  AND coalesce(e.completed_at, e.last_announced_at) < now() - ${hours} * interval '1 hour'
  AND (e.held_until IS NULL OR e.held_until < now())`;

/** What of the ledger is old: values that Optimove gave, and people. */
@Injectable()
export class RetentionRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Days up to so many hours ago of which a table still has rows, oldest first. */
  async days(table: 'recipient_staging' | 'recipient', hours: number): Promise<LedgerDay[]> {
    const { pool } = this.transactions;
    const [limit] = await query<{ day: string }>(
      pool,
      `SELECT to_char((now() AT TIME ZONE 'UTC') - $1 * interval '1 hour', 'YYYYMMDD') AS day`,
      [hours],
    );
    return (await partitionsBefore(pool, table, limit?.day ?? '')).map((name) => name.slice(table.length + 1));
  }

  /**
   * Gives the values of a day up when all its executions ended so many hours ago; from then on nobody of them can be
   * sent to again. False when one did not.
   */
  giveUpValues(day: LedgerDay, hours: number): Promise<boolean> {
    return this.giveUp('values_gone_at', day, hours);
  }

  /** The same for the people of a day. */
  giveUpPeople(day: LedgerDay, hours: number): Promise<boolean> {
    return this.giveUp('people_gone_at', day, hours);
  }

  private giveUp(column: 'values_gone_at' | 'people_gone_at', day: LedgerDay, hours: number): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      await execute(
        tx,
        `UPDATE execution e SET ${column} = now()
         WHERE ${column} IS NULL AND ${ofDay('$1')} AND ${isOver('$2')}
           AND NOT EXISTS (SELECT 1 FROM execution e WHERE ${ofDay('$1')} AND NOT (${isOver('$2')}))`,
        [day, hours],
      );
      const left = await query(tx, `SELECT 1 FROM execution e WHERE ${column} IS NULL AND ${ofDay('$1')} LIMIT 1`, [
        day,
      ]);
      return left.length === 0;
    });
  }

  /** Executions that ended so many hours ago and whose values another one of their day keeps; given up by this call. */
  async giveUpLateValues(hours: number): Promise<string[]> {
    const rows = await query<{ id: string }>(
      this.transactions.pool,
      `UPDATE execution e SET values_gone_at = now()
       WHERE e.values_gone_at IS NULL AND e.kind <> 'DIRECT' AND ${isOver('$1')} RETURNING e.id`,
      [hours],
    );
    return rows.map(({ id }) => id);
  }

  /** The same for the people of executions of a day that another one of it keeps. */
  async giveUpLatePeople(day: LedgerDay, hours: number): Promise<void> {
    await execute(
      this.transactions.pool,
      `UPDATE execution e SET people_gone_at = now() WHERE people_gone_at IS NULL AND ${ofDay('$1')} AND ${isOver('$2')}`,
      [day, hours],
    );
  }

  /** Executions of a day whose people were given up and are still there; each is looked up in the parts of the day. */
  async withLeftPeople(day: LedgerDay): Promise<string[]> {
    const isIn = (table: string): string => `EXISTS (SELECT 1 FROM ${table}_${day} WHERE execution_id = e.id OFFSET 0)`;
    const rows = await query<{ id: string }>(
      this.transactions.pool,
      `SELECT e.id FROM execution e WHERE e.people_gone_at IS NOT NULL AND ${ofDay('$1')}
         AND (${isIn('recipient')} OR ${isIn('recipient_reject')})`,
      [day],
    );
    return rows.map(({ id }) => id);
  }

  /** Deletes some people of an execution with all that hangs on them, then its rejects. @returns whether there may be more. */
  async deleteSomePeople(executionId: string): Promise<boolean> {
    const { pool } = this.transactions;
    const people = await execute(
      pool,
      `WITH batch AS MATERIALIZED (
         SELECT max(seq) AS last_seq FROM (
           SELECT seq FROM recipient WHERE execution_id = $1 ORDER BY seq LIMIT ${rowsAtOnce}) AS oldest
       ), deliveries AS (
         DELETE FROM delivery WHERE execution_id = $1 AND seq <= (SELECT last_seq FROM batch)
       ), past AS (
         DELETE FROM delivery_past WHERE execution_id = $1 AND seq <= (SELECT last_seq FROM batch)
       )
       DELETE FROM recipient WHERE execution_id = $1 AND seq <= (SELECT last_seq FROM batch)`,
      [executionId],
    );
    if (people === rowsAtOnce) return true;
    const rejects = await execute(
      pool,
      `DELETE FROM recipient_reject WHERE execution_id = $1 AND (reading, row_no) IN (
         SELECT reading, row_no FROM recipient_reject WHERE execution_id = $1 LIMIT ${rowsAtOnce})`,
      [executionId],
    );
    return rejects === rowsAtOnce;
  }

  /** Executions whose values were given up and are still there. */
  async withLeftValues(): Promise<string[]> {
    const rows = await query<{ id: string }>(
      this.transactions.pool,
      `SELECT e.id FROM execution e WHERE e.values_gone_at > now() - interval '7 days'
         AND EXISTS (SELECT 1 FROM recipient_staging s WHERE s.execution_id = e.id)`,
    );
    return rows.map(({ id }) => id);
  }

  /** Deletes some values of an execution. @returns whether there may be more. */
  async deleteSomeValues(executionId: string): Promise<boolean> {
    await this.clearRejects('e.id = $1', executionId);
    const count = await execute(
      this.transactions.pool,
      `DELETE FROM recipient_staging WHERE execution_id = $1 AND (reading, row_no) IN (
         SELECT reading, row_no FROM recipient_staging WHERE execution_id = $1 LIMIT ${rowsAtOnce})`,
      [executionId],
    );
    return count === rowsAtOnce;
  }

  async dropValues(day: LedgerDay): Promise<void> {
    await this.clearRejects(ofDay('$1'), day);
    await dropPartition(this.transactions.pool, 'recipient_staging', `recipient_staging_${day}`);
  }

  /** Rows that could not be read were kept as they came. */
  private async clearRejects(whose: string, which: string): Promise<void> {
    await execute(
      this.transactions.pool,
      `UPDATE recipient_reject r SET raw = '' FROM execution e WHERE r.execution_id = e.id AND ${whose} AND r.raw <> ''`,
      [which],
    );
  }

  /** Sums and reasons of the executions stay. */
  async dropPeople(day: LedgerDay): Promise<void> {
    const { pool } = this.transactions;
    await execute(
      pool,
      `DELETE FROM delivery_past p USING execution e WHERE p.execution_id = e.id AND ${ofDay('$1')}`,
      [day],
    );
    // The table by which days are found goes last.
    for (const table of ['recipient_staging', 'recipient_reject', 'delivery', 'recipient'])
      await dropPartition(pool, table, `${table}_${day}`);
  }
}
