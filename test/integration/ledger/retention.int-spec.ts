import { newId } from '@libs/foundation';
import { Log, Transactions } from '@libs/platform';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { CampaignsConfig } from '../../../src/campaigns/campaigns.config';
import { ForgetOld } from '../../../src/campaigns/execution/forget-old';
import { RetentionRepository } from '../../../src/campaigns/persistence/ledger/retention.repository';
import { SettlementRepository } from '../../../src/campaigns/persistence/ledger/settlement.repository';
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

  describe('of which the people of a day are kept by an execution that has not ended', () => {
    const peopleHours = new CampaignsConfig().LEDGER_DAYS * 24;
    const ofPeople = ['recipient', 'recipient_reject', 'delivery', 'delivery_past'];
    /** More than are deleted at once. */
    const many = 10_001;
    /** Makes so many customers of one, each with a message, the first with an earlier one. */
    const withMessages = async (id: string, people: number): Promise<string> => {
      await database.query(
        `INSERT INTO recipient (execution_id, seq, project_id, reading, row_no, customer_id, optimove_template_id, due_at)
         SELECT $1, n, $2, 1, n, n, '1', now() FROM generate_series(2, $3::int) AS n`,
        [id, newId(), people],
      );
      await database.query(
        `INSERT INTO delivery (execution_id, seq, medium, address_key, project_id, profile_id, account_id, state, fence)
         SELECT execution_id, seq, 'EMAIL', '', project_id, project_id, project_id, 'ACCEPTED', 1 FROM recipient
         WHERE execution_id = $1`,
        [id],
      );
      await database.query(
        `INSERT INTO delivery_past (execution_id, seq, medium, address_key, fence, project_id, state, attempts, claimed_at,
           closed_as, closed_by)
         SELECT execution_id, 1, 'EMAIL', '', 1, project_id, 'REJECTED', 1, now(), 'RETRIED', 'x' FROM delivery
         WHERE execution_id = $1 AND seq = 1`,
        [id],
      );
      return id;
    };

    it('loses those of the others row by row a day later, and the rest as one when that has ended too', async () => {
      const day = dayOf(410);
      const ended = async (hours: number, people: number): Promise<string> =>
        withMessages(await execution(day, 'COMPLETED', ago(hours)), people);
      const open = await withMessages(await execution(day, 'RUNNING', null), 1);
      const [late, interrupted] = [await ended(peopleHours + 23, 1), await ended(peopleHours + 23, 1)];
      const gone = await ended(peopleHours + 25, many);
      await database.query('UPDATE execution SET people_gone_at = now() WHERE id = $1', [interrupted]);
      await forgetOld.run();
      for (const table of ofPeople) {
        expect([table, await rowsOf(table, open, late, interrupted, gone)]).toEqual([table, [1, 1, 0, 0]]);
      }
      expect(await rowsOf('execution_tally', open, late, interrupted, gone)).toEqual([1, 1, 1, 1]);
      await database.query(`UPDATE execution SET state = 'COMPLETED', completed_at = $2 WHERE id = $1`, [
        ...[open, ago(peopleHours + 1)],
      ]);
      await forgetOld.run();
      expect(await exists('recipient', day)).toBe(false);
      expect(await rowsOf('delivery_past', open, late)).toEqual([0, 0]);
    });

    it('sends nothing again to those of a Direct campaign that are to go', async () => {
      const day = dayOf(411);
      await execution(day, 'RUNNING', null);
      const ids = [
        await execution(day, 'COMPLETED', ago(peopleHours + 23)),
        await execution(day, 'COMPLETED', ago(peopleHours + 25)),
      ];
      const projectId = newId();
      await database.query(
        `UPDATE execution SET kind = 'DIRECT', project_id = $2, connection_id = NULL, channel_id = NULL, optimove_channel_id = NULL
         WHERE id = ANY($1::uuid[])`,
        [ids, projectId],
      );
      await forgetOld.run();
      const found = await Promise.all(ids.map((id) => new SettlementRepository().lock(source.manager, projectId, id)));
      expect(found.map((each) => each?.hasValues)).toEqual([true, false]);
    });
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
