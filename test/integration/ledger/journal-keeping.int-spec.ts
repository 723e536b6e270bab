import { newId } from '@libs/foundation';
import { Leases } from '@libs/platform';
import { JournalClock } from '../../../src/campaigns/jobs/journal.clock';
import { JournalKeepingRepository } from '../../../src/campaigns/persistence/ledger/journal-keeping.repository';
import { TriggeredRepository } from '../../../src/campaigns/persistence/ledger/triggered.repository';
import { insertExecution, type LedgerStage, setStage } from './stage';

describe('the inbound journal', () => {
  let stage: LedgerStage;
  let clock: JournalClock;

  beforeAll(async () => {
    stage = await setStage();
    clock = new JournalClock(
      {} as Leases,
      stage.transactions,
      new JournalKeepingRepository(),
      new TriggeredRepository(),
    );
  });
  afterAll(() => stage?.close());
  beforeEach(async () => {
    await stage.database.query('TRUNCATE callback_journal, callback_waiting');
  });

  const body = (customerID: string) => `{"customerID":"${customerID}","campaignID":"b1f09"}`;
  const keep = (text: string, hoursAgo: number, { kind = 'event-11', isWaiting = false } = {}) =>
    stage.database.query(
      `WITH kept AS (
         INSERT INTO callback_journal (project_id, connection_id, execution_id, kind, body, outcome, received_at)
         VALUES ($1, $1, $1, $2, $3, 'TRIGGERED', now() - $4 * interval '1 hour') RETURNING execution_id, id, received_at
       )
       INSERT INTO callback_waiting (execution_id, journal_id, received_at) SELECT * FROM kept WHERE $5`,
      [newId(), kind, Buffer.from(text), hoursAgo, isWaiting],
    );
  const bodies = async (): Promise<string[]> =>
    (
      await stage.database.query<{ body: string }>(
        `SELECT convert_from(body, 'UTF8') AS body FROM callback_journal ORDER BY id`,
      )
    ).map(({ body: text }) => text);

  it('is stripped of personal data three days after each call, whatever order they came in', async () => {
    await keep(body('old'), 80);
    await keep(body('young'), 71);
    await keep(body('put aside'), 90);
    await clock.run();
    const stripped = '{"customerID":null,"campaignID":"b1f09"}';
    expect(await bodies()).toEqual([stripped, body('young'), body('put aside')]);

    await stage.database.query(`UPDATE callback_journal SET received_at = received_at - interval '2 hours'`);
    await clock.run();
    expect(await bodies()).toEqual([stripped, stripped, stripped]);
  });

  it('is forgotten a month after each call', async () => {
    await keep(body('ancient'), 721);
    await keep('{"CampaignID":1}', 719, { kind: 'event-13' });
    await clock.run();
    expect(await bodies()).toEqual(['{"CampaignID":1}']);
  });

  it('gives up a call that has waited for its turn all the time, and says so', async () => {
    await keep(body('waiting'), 73, { isWaiting: true });
    await clock.run();
    const [call] = await stage.database.query<object>(
      'SELECT outcome, reason, (SELECT count(*)::int FROM callback_waiting) AS waiting FROM callback_journal',
    );
    expect(call).toEqual({ outcome: 'REFUSED', reason: expect.stringContaining('given up'), waiting: 0 });
  });

  it('takes the occurrences of closed days with it, and leaves those of open ones', async () => {
    const ids: string[] = [];
    for (const closes of ['2 hours', '30 minutes', '-3 hours']) {
      const id = await insertExecution(stage.database, { projectId: newId(), people: 0 });
      await stage.database.query(
        `UPDATE execution SET kind = 'TRIGGERED', closes_at = now() - $2::interval WHERE id = $1`,
        [id, closes],
      );
      await stage.database.query(
        `INSERT INTO triggered_occurrence (execution_id, fingerprint) SELECT $1, sha256(n::text::bytea) FROM generate_series(1, 1200) n`,
        [id],
      );
      ids.push(id);
    }
    await clock.run();
    const left = await stage.database.query<{ id: string; count: number }>(
      'SELECT execution_id AS id, count(*)::int AS count FROM triggered_occurrence GROUP BY 1 ORDER BY 1',
    );
    expect(left).toEqual(ids.slice(1).map((id) => ({ id, count: 1_200 })));
  });

  it('is kept however much of it there is', async () => {
    await stage.database.query(
      `INSERT INTO callback_journal (project_id, connection_id, kind, body, outcome, received_at)
       SELECT $1, $1, 'event-11', $2, 'TRIGGERED', now() - CASE WHEN n <= 1500 THEN interval '31 days' ELSE interval '4 days' END
       FROM generate_series(1, 2600) AS n`,
      [newId(), Buffer.from(body('A'))],
    );
    await clock.run();
    const left = await bodies();
    expect(left).toHaveLength(1_100);
    expect(new Set(left).size).toBe(1);
  });
});
