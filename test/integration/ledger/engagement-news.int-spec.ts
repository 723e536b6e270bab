import { EngagementNewsRepository } from '../../../src/campaigns/persistence/ledger/engagement-news.repository';
import { type LedgerStage, setStage } from './stage';

const dayMs = 86_400_000;

describe('first times of engagement, as Optimove is told of them', () => {
  let stage: LedgerStage;
  const news = new EngagementNewsRepository();
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => stage?.close());

  const take = (limit = 100) => news.take(stage.transactions.pool, limit);
  const execution = async (): Promise<string> => (await stage.takenChunk(3)).executionId;
  const set = (executionId: string, seq: number, columns: string) =>
    stage.database.query(`UPDATE recipient SET ${columns} WHERE execution_id = $1 AND seq = $2`, [executionId, seq]);

  it('are given out once for every kind, whatever else changes on a recipient', async () => {
    const executionId = await execution();
    await set(executionId, 1, `opened_at = '2026-05-04T10:00:00Z', clicked_at = '2026-05-04T10:01:00Z'`);
    await set(executionId, 1, `opened_at = opened_at, delivered_at = now()`);
    await set(executionId, 2, `bounced_at = '2026-05-04T11:00:00Z'`);
    const { taken, news: found } = await take();
    expect(taken).toBe(3);
    expect(found.map(({ kind, occurredAt }) => `${kind} ${occurredAt.toISOString()}`).sort()).toEqual([
      'BOUNCED 2026-05-04T11:00:00.000Z',
      'CLICKED 2026-05-04T10:01:00.000Z',
      'OPENED 2026-05-04T10:00:00.000Z',
    ]);
    expect(await take()).toEqual({ taken: 0, news: [] });
  });

  it('of a Direct campaign are nothing to Optimove', async () => {
    const executionId = await execution();
    await stage.database.query(
      `UPDATE execution SET kind = 'DIRECT', connection_id = NULL, channel_id = NULL, optimove_channel_id = NULL WHERE id = $1`,
      [executionId],
    );
    await set(executionId, 1, 'opened_at = now()');
    expect(await take()).toEqual({ taken: 1, news: [] });
  });

  it('are told until seven days after the last send of the campaign', async () => {
    const executionId = await execution();
    await stage.database.query(
      `UPDATE execution SET state = 'COMPLETED', completed_at = now() - interval '6 days' WHERE id = $1`,
      [executionId],
    );
    await set(executionId, 1, 'opened_at = now()');
    const [one] = (await take()).news;
    expect((one?.closesAt.getTime() ?? 0) - Date.now()).toBeGreaterThan(0.9 * dayMs);
    expect((one?.closesAt.getTime() ?? 0) - Date.now()).toBeLessThan(dayMs);
  });
});
