import { newId } from '@libs/foundation';
import { ChoiceCountsRepository } from '../../../src/campaigns/persistence/ledger/choice-counts.repository';
import { type LedgerStage, pushes, setStage } from './stage';

describe('counts by variant and language', () => {
  let stage: LedgerStage;
  let repository: ChoiceCountsRepository;
  beforeAll(async () => {
    stage = await setStage();
    repository = new ChoiceCountsRepository(stage.transactions);
  });
  afterAll(() => stage?.close());

  /** An execution of six people, claimed with these choices; its template has the content. */
  async function sentTo(content: object): Promise<string> {
    const chunk = await stage.takenChunk(6);
    const versionId = newId();
    await stage.database.query(
      `INSERT INTO campaign_version (id, project_id, campaign_id, channel_id, content, number) VALUES ($1, $2, $3, $4, $5, 1)`,
      [versionId, stage.projectId, newId(), newId(), JSON.stringify(content)],
    );
    await stage.database.query(
      `INSERT INTO execution_template (execution_id, optimove_template_id, version_id) VALUES ($1, '1', $2)`,
      [chunk.executionId, versionId],
    );
    const variants = ['A', 'A', 'A', 'B', 'B', 'B'];
    const deliveries = pushes(6).map((push, index) => ({
      ...push,
      variant: variants[index] ?? null,
      language: index === 0 ? 'de' : null,
    }));
    await stage.transactions.run((tx) =>
      stage.deliveries.claim(tx, chunk, stage.projectId, [
        ...deliveries,
        { ...(deliveries[0] ?? pushes(1)[0]), addressKey: 'second device' } as (typeof deliveries)[number],
      ]),
    );
    await stage.database.query(
      `UPDATE recipient SET end_state = CASE seq WHEN 3 THEN 'FAILED' ELSE 'SENT' END,
         delivered_at = CASE WHEN seq IN (1, 4) THEN now() END, opened_at = CASE WHEN seq IN (1, 5) THEN now() END,
         clicked_at = CASE WHEN seq = 1 THEN now() END WHERE execution_id = $1`,
      [chunk.executionId],
    );
    return chunk.executionId;
  }

  it('count customers, once each, however many devices they have', async () => {
    const id = await sentTo({ variants: [{ name: 'A' }, { name: 'B' }] });
    expect(await repository.counts([id])).toEqual([
      { ...at(id, 'A', 'de'), tried: 1, sent: 1, delivered: 1, opened: 1, clicked: 1 },
      { ...at(id, 'A', null), tried: 2, sent: 1, delivered: 0, opened: 0, clicked: 0 },
      { ...at(id, 'B', null), tried: 3, sent: 3, delivered: 1, opened: 1, clicked: 0 },
    ]);
  });

  it('are not looked for where the content has nothing to tell apart', async () => {
    const id = await sentTo({ sms: { from: '', text: 'Hi' } });
    expect(await repository.counts([id])).toEqual([]);
  });

  function at(executionId: string, variant: string, language: string | null): object {
    return { executionId, optimoveTemplateId: '1', variant, language };
  }
});
