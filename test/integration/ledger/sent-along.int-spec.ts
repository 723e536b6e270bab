import { Transactions } from '@libs/platform';
import { SendChunk } from '../../../src/campaigns/execution/send-chunk';
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

  it.each([
    ['takes those along that wait behind it, where its execution is triggered', 'TRIGGERED', ['SENT', 'SENT', 'SENT']],
    ['is sent alone where it is not', 'SCHEDULED', ['SENT', null, null]],
  ])('%s', async (_what, kind, expected) => {
    const campaign = await stageCampaign(stage, {
      name: kind,
      content: { sms: { from: 'Example', text: 'Hello' } },
      connection: { userIdAttribute: 'LOYALTY_ID', mobileNumberAttribute: 'FIRST_NAME' },
    });
    const lists = listsOf({ ...stage, transactions: stage.app.get(Transactions) });
    const executionId = await lists.announced(campaign, 1);
    const customers = [1, 2, 3].map((index): Customer => {
      const person = { id: `${kind}-${index}`, userId: `${kind}-${index}`, firstName: `44770090010${index}` };
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
    await stage.app.get(SendChunk, { strict: false }).run({ executionId, chunkNo: 1 });
    const ends = await stage.database.query<{ state: string | null }>(
      'SELECT end_state AS state FROM recipient WHERE execution_id = $1 ORDER BY seq',
      [executionId],
    );
    expect(ends.map(({ state }) => state)).toEqual(expected);
  });
});
