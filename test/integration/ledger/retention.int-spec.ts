import { newId } from '@libs/foundation';
import { Log, Transactions } from '@libs/platform';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { CampaignsConfig } from '../../../src/campaigns/campaigns.config';
import { ForgetOld } from '../../../src/campaigns/execution/forget-old';
import { RetentionRepository } from '../../../src/campaigns/persistence/ledger/retention.repository';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const quiet = { event: () => undefined, failure: () => undefined } as unknown as Log;

describe('what is old of the ledger', () => {
  let database: TestDatabase;
  let source: DataSource;
  let forgetOld: ForgetOld;
  let nextDay = 5;
  beforeAll(async () => {
    database = await createTestDatabase();
    source = await new DataSource({ type: 'postgres', url: database.url, extra: { max: 4 } }).initialize();
    forgetOld = new ForgetOld(new RetentionRepository(new Transactions(source)), new CampaignsConfig(), quiet);
  });
  afterAll(async () => {
    await source?.destroy();
    await database?.drop();
  });

  /** A day of the past that no other test uses, at noon. */
  const dayOf = (daysAgo: number): Date => new Date((Math.floor(Date.now() / dayMs) - daysAgo) * dayMs + dayMs / 2);
  const someDay = (): Date => {
    nextDay += 1;
    return dayOf(nextDay);
  };

  /** An execution of one customer that was announced at that time. */
  const execution = async (announcedAt: Date, state: string, endedAt: Date | null): Promise<string> => {
    const id = `${announcedAt
      .getTime()
      .toString(16)
      .padStart(12, '0')
      .replace(/^(.{8})/, '$1-')}${newId().slice(13)}`;
    await database.query('SELECT ensure_ledger_partitions($1)', [announcedAt]);
    await database.query(
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id, run_date,
         state, announced_at, last_announced_at, completed_at) VALUES ($1, $2, $2, $2, 506, $6, now(), $4, $3, $3, $5)`,
      [id, newId(), announcedAt, state, endedAt, id],
    );
    await database.query(
      `INSERT INTO recipient_staging (execution_id, reading, row_no, project_id, customer_id, optimove_template_id,
         scheduled_time, is_control, attributes) VALUES ($1, 1, 1, $2, 'A', '1', '', false, '{secret}')`,
      [id, newId()],
    );
    await database.query(
      `INSERT INTO recipient_reject (execution_id, reading, row_no, project_id, state, optimove_template_id, reason, raw)
       VALUES ($1, 1, 2, $2, 'MALFORMED', '1', 'No customer', '{"FirstName":"secret"}')`,
      [id, newId()],
    );
    await database.query(
      `INSERT INTO recipient (execution_id, seq, project_id, reading, row_no, customer_id, optimove_template_id, due_at, end_state)
       VALUES ($1, 1, $2, 1, 1, 'A', '1', now(), 'SENT')`,
      [id, newId()],
    );
    await database.query(
      `INSERT INTO execution_tally (execution_id, chunk_no, optimove_template_id, measure, count) VALUES ($1, 1, '1', 'SENT', 1)`,
      [id],
    );
    return id;
  };
  const rowsOf = async (table: string, ...ids: string[]): Promise<number[]> => {
    const rows = await database.query<{ id: string }>(
      `SELECT execution_id AS id FROM ${table} WHERE execution_id = ANY($1::uuid[])`,
      [ids],
    );
    return ids.map((id) => rows.filter((row) => row.id === id).length);
  };
  const exists = async (table: string, day: Date): Promise<boolean> => {
    const name = `${table}_${day.toISOString().slice(0, 10).replaceAll('-', '')}`;
    const [row] = await database.query<{ is: boolean }>('SELECT to_regclass($1) IS NOT NULL AS is', [name]);
    return row?.is ?? false;
  };
  const ago = (hours: number): Date => new Date(Date.now() - hours * hourMs);

  it('loses the values of a day 72 hours after its last execution ended, and not before', async () => {
    const [over, young] = [someDay(), someDay()];
    const [first, second, third] = [
      await execution(over, 'COMPLETED', ago(73)),
      await execution(over, 'FAILED', null),
      await execution(young, 'COMPLETED', ago(71)),
    ];
    await forgetOld.run();
    expect(await exists('recipient_staging', over)).toBe(false);
    expect(await rowsOf('recipient_staging', first, second, third)).toEqual([0, 0, 1]);
    expect(await rowsOf('recipient', first, second, third)).toEqual([1, 1, 1]);
    const rejects = await database.query('SELECT raw FROM recipient_reject WHERE execution_id = $1', [first]);
    expect(rejects).toEqual([{ raw: '' }]);
  });

  it('keeps the values of an execution that has not ended; those of others of its day go a day later', async () => {
    const day = someDay();
    const running = await execution(day, 'RUNNING', null);
    const [late, later] = [await execution(day, 'COMPLETED', ago(95)), await execution(day, 'CANCELLED', ago(97))];
    await forgetOld.run();
    expect(await rowsOf('recipient_staging', running, late, later)).toEqual([1, 1, 0]);
    const rows = await database.query<{ id: string }>('SELECT id FROM execution WHERE values_gone_at IS NOT NULL');
    expect(rows.map(({ id }) => id)).toContain(later);
    expect(rows.map(({ id }) => id)).not.toContain(late);
  });

  it('loses its people after the days that are set, and keeps their sums', async () => {
    const [old, kept] = [dayOf(402), dayOf(398)];
    const [gone, there] = [await execution(old, 'COMPLETED', old), await execution(kept, 'COMPLETED', kept)];
    await forgetOld.run();
    for (const table of ['recipient', 'recipient_reject', 'delivery']) expect(await exists(table, old)).toBe(false);
    expect(await rowsOf('execution_tally', gone)).toEqual([1]);
    expect(await rowsOf('recipient', there)).toEqual([1]);
  });

  it('leaves while others read and write, also after it was interrupted', async () => {
    const day = someDay();
    const id = await execution(day, 'COMPLETED', ago(80));
    const reader = new Client({ connectionString: database.url });
    await reader.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM recipient_staging');
    const interrupted = forgetOld.run().catch((error: Error) => error);
    const waiting = await eventually('the drop waits for the reader', async () => {
      const [found] = await database.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE recipient_staging DETACH%' AND wait_event_type = 'Lock'
           AND datname = current_database()`,
      );
      return found ?? null;
    });
    // Whoever comes now waits for nobody.
    const fresh = await execution(new Date(), 'RUNNING', null);
    expect(await rowsOf('recipient_staging', fresh)).toEqual([1]);
    await database.query('SELECT pg_cancel_backend($1)', [waiting.pid]);
    expect(await interrupted).toBeInstanceOf(Error);
    await reader.query('COMMIT');
    await reader.end();
    await forgetOld.run();
    expect(await exists('recipient_staging', day)).toBe(false);
    expect(await rowsOf('recipient', id)).toEqual([1]);
  });
});
