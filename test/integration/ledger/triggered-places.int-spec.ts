import { newId } from '@libs/foundation';
import { AnnouncementRepository } from '../../../src/campaigns/persistence/ledger/announcement.repository';
import {
  type Placed,
  TriggeredRepository,
  type TriggeredRow,
} from '../../../src/campaigns/persistence/ledger/triggered.repository';
import { TriggeredDayRepository } from '../../../src/campaigns/persistence/ledger/triggered-day.repository';
import { type LedgerStage, setStage } from './stage';

const today = new Date().toISOString().slice(0, 10);
const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

interface Call {
  customerId?: string;
  /** What it says; equal calls say the same. */
  says?: string;
  minutesAgo?: number;
}

describe('the places of triggered callbacks', () => {
  const triggered = new TriggeredRepository();
  let stage: LedgerStage;
  let connectionId: string;

  beforeAll(async () => {
    stage = await setStage();
    await stage.database.query('SELECT ensure_ledger_partitions(now())');
  });
  afterAll(() => stage?.close());
  beforeEach(() => {
    connectionId = newId();
  });

  const campaign = { channelId: newId(), optimoveChannelId: 506 };
  const open = async (runDate: string, optimoveCampaignId = 'b1f09', timeZone = 'Etc/GMT+12'): Promise<string> => {
    const { projectId } = stage;
    const announcement = { projectId, connectionId, optimoveCampaignId, runDate, ...campaign };
    const calls = { timeZone, connectionIds: [connectionId], saidAt: [new Date()] };
    const days = new TriggeredDayRepository(new AnnouncementRepository());
    const { executionId } = await stage.transactions.run((tx) => days.open(tx, announcement, calls));
    return executionId ?? '';
  };
  /** Has Optimove cancel an execution, to its end. */
  const cancel = async (executionId: string): Promise<void> => {
    await stage.database.query(
      `UPDATE execution SET state = 'CANCELLED', cancel_requested_at = now(), cancel_said_at = now() - interval '1 hour' WHERE id = $1`,
      [executionId],
    );
    await stage.database.query(
      `UPDATE recipient SET end_state = 'CANCELLED' WHERE execution_id = $1 AND end_state IS NULL`,
      [executionId],
    );
  };
  const place = async (executionId: string, calls: Call[], mostPerHour = 10): Promise<Placed | null> => {
    const { database, projectId, transactions } = stage;
    const rows: TriggeredRow[] = [];
    for (const { customerId = 'A1', says = newId(), minutesAgo = 0 } of calls) {
      const [row] = await database.query<{ id: string }>(
        `WITH kept AS (
           INSERT INTO callback_journal (project_id, connection_id, kind, body, outcome, execution_id, received_at)
           VALUES ($1, $2, 'event-11', '', 'TRIGGERED', $3, date_trunc('milliseconds', now() - $4 * interval '1 minute'))
           RETURNING id, execution_id, received_at
         )
         INSERT INTO callback_waiting (journal_id, execution_id, received_at) SELECT * FROM kept RETURNING journal_id AS id`,
        [projectId, connectionId, executionId, minutesAgo],
      );
      const fingerprint = Buffer.from(says);
      rows.push({ journalId: row?.id ?? '', fingerprint, customerId, templateId: '1', attributes: [], raw: '' });
    }
    const waiting = await triggered.waiting(transactions.pool, executionId, 100);
    const siblings = await triggered.siblings(transactions.pool, executionId);
    const placing = {
      waiting,
      occurrences: rows,
      holder: newId(),
      mostPerHour,
      matchedBy: [null, null] as [null, null],
      namesSince: null,
      ...siblings,
    };
    return triggered.place(transactions.pool, { executionId, projectId }, placing);
  };

  /** As after a crash: placing does not wait until it is on disk. */
  const takeBack = async (executionId: string): Promise<void> => {
    for (const table of ['recipient', 'recipient_staging', 'triggered_occurrence', 'execution_chunk'])
      await stage.database.query(`DELETE FROM ${table} WHERE execution_id = $1`, [executionId]);
    await stage.database.query('UPDATE execution SET received = 0, recipients = 0 WHERE id = $1', [executionId]);
    await stage.database.query(
      `INSERT INTO callback_waiting (journal_id, execution_id, received_at)
       SELECT id, execution_id, received_at FROM callback_journal WHERE execution_id = $1`,
      [executionId],
    );
  };

  it('count time from the arrival of the callback, however late it is placed', async () => {
    const id = await open(today);
    const placed = await place(id, [{ minutesAgo: 90 }, { customerId: 'A2' }]);
    const minutes = placed?.open.map(({ dueAt }) => Math.round((Date.now() - dueAt.getTime()) / 60_000));
    expect(minutes).toEqual([90, 0]);
    const [chunk] = await stage.database.query<{ lag: number }>(
      'SELECT round(lag_ms / 60000.0)::int AS lag FROM execution_chunk WHERE execution_id = $1',
      [id],
    );
    expect(chunk?.lag).toBe(90);
  });

  it('are different for what arrives at the same moment', async () => {
    const id = await open(today);
    const together = { customerId: 'A1', minutesAgo: 1 };
    const placed = await place(id, [together, together, together]);
    const again = await place(id, [together, { ...together, minutesAgo: 2 }]);
    expect([placed?.open.length, again?.open.length]).toEqual([3, 2]);
  });

  it('are given once to equal callbacks that come within ten minutes, by the time of their arrival', async () => {
    const id = await open(today);
    const first = await place(id, [{ says: 'x', minutesAgo: 25 }]);
    const repeat = await place(id, [{ says: 'x', minutesAgo: 16 }]);
    const later = await place(id, [{ says: 'x', minutesAgo: 14 }]);
    expect([first, repeat, later].map((each) => each?.open.length)).toEqual([1, 0, 1]);
  });

  it('are given once when an equal callback comes after midnight', async () => {
    const [before, after] = [await open(yesterday), await open(today)];
    await stage.database.query(`UPDATE execution SET closes_at = now() + interval '1 hour' WHERE id = $1`, [before]);
    expect((await place(before, [{ says: 'x', minutesAgo: 5 }]))?.open).toHaveLength(1);
    const placed = await place(after, [{ says: 'x' }, { says: 'y' }]);
    expect(placed).toMatchObject({ taken: 2, open: [expect.anything()] });
    const [sums] = await stage.database.query<{ received: number; recipients: number; duplicates: number }>(
      `SELECT received, recipients, (SELECT count(*)::int FROM recipient_reject WHERE execution_id = id) AS duplicates
       FROM execution WHERE id = $1`,
      [after],
    );
    expect(sums).toEqual({ received: 2, recipients: 1, duplicates: 1 });
  });

  it('are there again when the connection was moved to where the day is not over', async () => {
    const id = await open(yesterday, 'moved', 'Etc/GMT-14');
    const closing = async () => {
      const [row] = await stage.database.query<{ closes: Date; read: Date | null }>(
        'SELECT closes_at AS closes, read_at AS read FROM execution WHERE id = $1',
        [id],
      );
      return row;
    };
    await stage.database.query('UPDATE execution SET read_at = now() WHERE id = $1', [id]);
    const before = await closing();
    expect(await open(yesterday, 'moved', 'Etc/GMT-14')).toBe(id);
    expect(await closing()).toEqual(before);
    expect(await open(yesterday, 'moved', 'Etc/GMT+12')).toBe(id);
    const after = await closing();
    expect([after?.read, (after?.closes.getTime() ?? 0) - (before?.closes.getTime() ?? 0)]).toEqual([
      null,
      26 * 3_600_000,
    ]);
  });

  it('are held from a customer who had enough within the hour, whatever the campaigns', async () => {
    const [one, other] = [await open(today, 'one'), await open(today, 'other')];
    const calls = [{ minutesAgo: 70 }, { minutesAgo: 50 }, { minutesAgo: 40 }];
    expect((await place(one, calls, 3))?.open).toHaveLength(3);
    expect((await place(other, [{}, {}, { customerId: 'A2' }], 3))?.open).toHaveLength(2);
  });

  it('are given once when an equal callback comes after the campaign was cancelled and started again', async () => {
    const first = await open(today);
    expect((await place(first, [{ says: 'x' }]))?.open).toHaveLength(1);
    await cancel(first);
    const second = await open(today);
    expect(second).not.toBe(first);
    expect((await place(second, [{ says: 'x' }, { says: 'y' }]))?.open).toHaveLength(1);
  });

  it('are held from a customer who had enough before a campaign was cancelled, not from one who got nothing', async () => {
    const [first, other] = [await open(today), await open(today, 'other')];
    await place(first, [{}, {}, { customerId: 'A2' }, { customerId: 'A2' }]);
    await stage.database.query(
      `UPDATE recipient SET end_state = 'SENT' WHERE execution_id = $1 AND customer_id = 'A1'`,
      [first],
    );
    await cancel(first);
    const placed = await place(other, [{}, { customerId: 'A2' }, { customerId: 'A2' }], 2);
    expect(placed?.open).toHaveLength(2);
  });

  it('are lost to their worker when a crash of the database takes them back and gives them to others', async () => {
    const id = await open(today);
    const lost = await place(id, [{ customerId: 'A1' }, { customerId: 'A2' }]);
    await takeBack(id);
    const again = await place(id, [{ customerId: 'A3' }, { customerId: 'A4' }]);
    expect(again?.chunk).toMatchObject({ chunkNo: lost?.chunk?.chunkNo, fromSeq: lost?.chunk?.fromSeq });
    const isHeld = ({ chunk }: Placed) => chunk && stage.chunks.hold(chunk);
    expect([lost && (await isHeld(lost)), again && (await isHeld(again))]).toEqual([false, true]);
  });

  it('are not used up by what was held', async () => {
    const id = await open(today);
    const flood = Array.from({ length: 5 }, () => ({ minutesAgo: 30 }));
    expect((await place(id, [{ minutesAgo: 61 }, ...flood], 1))?.open).toHaveLength(1);
    expect((await place(id, [{}], 1))?.open).toHaveLength(1);
  });
});
