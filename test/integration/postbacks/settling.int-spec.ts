import { type Stage, setStage } from './stage';

const settle = `mutation ($input: SettlePostbacksInput!) { settlePostbacks(input: $input) {
  settledIds userErrors { code path } } }`;

describe('a person settles what Optimove left open', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  beforeEach(() => stage.optimove.reset());
  afterAll(() => stage.close());

  /** An added value of 25 that was posted and never answered. */
  async function doubted(name: string): Promise<{ connectionId: string; ids: string[] }> {
    const connectionId = await stage.connect(name, 'DELTA');
    stage.optimove.behaviour = () => 'break';
    await stage.collect(connectionId, [{ sent: 25 }]);
    await stage.post(connectionId);
    stage.optimove.reset();
    return { connectionId, ids: await idsOf(connectionId) };
  }
  async function idsOf(connectionId: string): Promise<string[]> {
    const rows = await stage.database.query<{ id: string }>('SELECT id FROM metric_total WHERE connection_id = $1', [
      connectionId,
    ]);
    return rows.map(({ id }) => id);
  }
  const decide = async (input: object): Promise<{ settledIds: string[]; userErrors: { code: string }[] }> => {
    const { data } = await stage.ask(settle, { input });
    return (data as { settlePostbacks: { settledIds: string[]; userErrors: { code: string }[] } }).settlePostbacks;
  };
  const received = (): number[] => stage.optimove.posts.flat().map(({ MetricValue }) => MetricValue);

  it('by posting it again, once, however many decide at once', async () => {
    const open = await doubted('Again');
    const input = { ...open, decision: 'POST_AGAIN' };
    const both = await Promise.all([decide(input), decide(input)]);
    expect(both.flatMap(({ settledIds }) => settledIds)).toEqual(open.ids);
    expect(both.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(['NOTHING_TO_SETTLE']);
    await stage.post(open.connectionId);
    expect(received()).toEqual([25]);
    expect(await stage.kept(open.connectionId)).toMatchObject([
      { acknowledged: 25, uncertain: 0, state: 'ACKNOWLEDGED' },
    ]);
  });

  it('by accepting it, and then posts only what is added later', async () => {
    const open = await doubted('Accept');
    expect((await decide({ ...open, decision: 'ACCEPT' })).settledIds).toEqual(open.ids);
    expect(await stage.kept(open.connectionId)).toMatchObject([
      { acknowledged: 25, uncertain: 0, state: 'ACKNOWLEDGED' },
    ]);
    await stage.collect(open.connectionId, [{ sent: 27 }]);
    await stage.post(open.connectionId);
    expect(received()).toEqual([2]);
  });

  it('when Optimove refused a total, too; the audit trail shows the value before and after', async () => {
    const connectionId = await stage.connect('Refused', 'ABSOLUTE');
    await stage.collect(connectionId, [{ sent: 7 }]);
    stage.optimove.behaviour = () => 400;
    await stage.post(connectionId);
    const ids = await idsOf(connectionId);
    expect((await decide({ connectionId, ids, decision: 'ACCEPT' })).settledIds).toEqual(ids);

    const { data } = await stage.ask('{ auditEntries(first: 1) { nodes { action subjectId before after } } }');
    expect((data as { auditEntries: { nodes: object[] } }).auditEntries.nodes).toEqual([
      {
        action: 'postback.accepted',
        subjectId: ids[0],
        before: JSON.stringify({ state: 'REFUSED', uncertainValue: 0, acknowledgedValue: 0 }),
        after: JSON.stringify({ state: 'ACKNOWLEDGED', uncertainValue: 0, acknowledgedValue: 7 }),
      },
    ]);
  });
});
