import { Transactions } from '@libs/platform';
import { FencedError } from '../../../src/campaigns/domain/execution/errors';
import { SendChunk } from '../../../src/campaigns/execution/send-chunk';
import { WaitingChunksRepository } from '../../../src/campaigns/persistence/ledger/waiting-chunks.repository';
import { addProviders, stageCampaign } from '../../support/campaign-stage';
import { type ContentStage, setStage } from '../content/stage';
import { type Customer, listsOf } from './lists';

describe('a chunk that is tried again', () => {
  let stage: ContentStage;
  beforeAll(async () => {
    stage = await setStage();
    await addProviders(stage);
  }, 60_000);
  afterAll(() => stage?.close());

  /** An execution of three people, each a chunk that waits. */
  async function threeChunks(
    kind: string,
    name = kind,
  ): Promise<{ executionId: string; ends: () => Promise<unknown[]> }> {
    const campaign = await stageCampaign(stage, {
      name,
      content: { sms: { from: 'Example', text: 'Hello' } },
      connection: { userIdAttribute: 'LOYALTY_ID', mobileNumberAttribute: 'FIRST_NAME' },
    });
    const lists = listsOf({ ...stage, transactions: stage.app.get(Transactions) });
    const executionId = await lists.announced(campaign, 1);
    const customers = [1, 2, 3].map((index): Customer => {
      const person = { id: `${name}-${index}`, userId: `${name}-${index}`, firstName: `44770090010${index}` };
      return { ...person, template: campaign.templateId };
    });
    await lists.frozen(executionId, customers);
    await stage.database.query(
      `UPDATE execution_template t SET version_id = p.version_id FROM template_publication p
       WHERE t.execution_id = $1 AND p.optimove_template_id::text = t.optimove_template_id`,
      [executionId],
    );
    await stage.database.query(
      `UPDATE execution SET kind = $2, closes_at = CASE WHEN $2 = 'TRIGGERED' THEN now() + interval '1 day' END WHERE id = $1`,
      [executionId, kind],
    );
    await stage.database.query('UPDATE execution_chunk SET to_seq = 1 WHERE execution_id = $1', [executionId]);
    await stage.database.query(
      `INSERT INTO execution_chunk (execution_id, chunk_no, from_seq, to_seq, due_at)
       SELECT $1, n, n, n, now() FROM generate_series(2, 3) AS n`,
      [executionId],
    );
    const ends = async (): Promise<unknown[]> => {
      const sql = 'SELECT end_state AS state FROM recipient WHERE execution_id = $1 ORDER BY seq';
      return (await stage.database.query<{ state: string | null }>(sql, [executionId])).map(({ state }) => state);
    };
    return { executionId, ends };
  }

  it('is left alone when its worker lost it before it could take others along', async () => {
    const { executionId, ends } = await threeChunks('TRIGGERED', 'Lost');
    const lost = new FencedError('It was taken over');
    const join = jest
      .spyOn(stage.app.get(WaitingChunksRepository, { strict: false }), 'join')
      .mockRejectedValueOnce(lost);
    await stage.app.get(SendChunk, { strict: false }).run({ executionId, chunkNo: 1 });
    join.mockRestore();
    expect(await ends()).toEqual([null, null, null]);
  });

  it.each([
    ['takes those along that wait behind it, where its execution is triggered', 'TRIGGERED', ['SENT', 'SENT', 'SENT']],
    ['is sent alone where it is not', 'SCHEDULED', ['SENT', null, null]],
  ])('%s', async (_what, kind, expected) => {
    const { executionId, ends } = await threeChunks(kind);
    await stage.app.get(SendChunk, { strict: false }).run({ executionId, chunkNo: 1 });
    expect(await ends()).toEqual(expected);
  });
});
