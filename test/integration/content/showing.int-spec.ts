import { newId } from '@libs/foundation';
import { type ContentStage, setStage } from './stage';

const stop = `mutation ($id: ID!) { stopShowing(input: { id: $id }) {
  execution { id showingStoppedAt } userErrors { code path } } }`;

interface Answer {
  stopShowing: { execution: { id: string; showingStoppedAt: string | null } | null; userErrors: object[] };
}

describe('inbox and in-app messages of an execution', () => {
  let stage: ContentStage;
  beforeAll(async () => {
    stage = await setStage();
  }, 120_000);
  afterAll(() => stage.close());

  async function execution(projectId: string): Promise<string> {
    const id = newId();
    await stage.database.query(
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_campaign_id, optimove_channel_id, run_date)
       VALUES ($1, $2, $3, $3, $4, 505, '2026-01-01')`,
      [id, projectId, newId(), id],
    );
    return id;
  }

  it('are taken back by who may launch, and show since when', async () => {
    const id = await execution(stage.projectId);
    const shown = `query ($id: ID!) { execution(id: $id) { showingStoppedAt } }`;
    expect(await stage.graphql(shown, { id })).toEqual({ execution: { showingStoppedAt: null } });
    const { stopShowing } = await stage.graphql<Answer>(stop, { id });
    expect(stopShowing).toEqual({ execution: { id, showingStoppedAt: expect.any(String) }, userErrors: [] });
    const { stopShowing: again } = await stage.graphql<Answer>(stop, { id });
    expect(again).toEqual(stopShowing);
    const audit = await stage.database.query('SELECT action FROM audit_entry WHERE subject_id = $1', [id]);
    expect(audit).toEqual([{ action: 'execution.showing-stopped' }]);
  });

  it('are not taken back for an execution that is not there, or of another project', async () => {
    const stranger = await execution(newId());
    const missing = { execution: null, userErrors: [{ code: 'NOT_FOUND', path: ['id'] }] };
    expect((await stage.graphql<Answer>(stop, { id: stranger })).stopShowing).toEqual(missing);
    expect((await stage.graphql<Answer>(stop, { id: newId() })).stopShowing).toEqual(missing);
    expect((await stage.graphql<Answer>(stop, { id: 'x' })).stopShowing.userErrors).toEqual([
      { code: 'INVALID', path: ['id'] },
    ]);
  });
});
