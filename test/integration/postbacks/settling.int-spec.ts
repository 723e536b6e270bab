import { type Stage, setStage } from './stage';

const settle = `mutation ($input: SettlePostbacksInput!) { settlePostbacks(input: $input) {
  settledIds userErrors { code path } } }`;
const reconciling = `mutation ($input: ReconcilePostbackInput!) { payload: reconcilePostback(input: $input) {
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
  const reconcile = async (input: object): Promise<{ settledIds: string[]; userErrors: { code: string }[] }> => {
    const { data } = await stage.ask(reconciling, { input });
    return (data as { payload: { settledIds: string[]; userErrors: { code: string }[] } }).payload;
  };
  const lastAudited = async (): Promise<object> => {
    const { data } = await stage.ask('{ auditEntries(first: 1) { nodes { action subjectId before after } } }');
    return (data as { auditEntries: { nodes: object[] } }).auditEntries.nodes[0] ?? {};
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

    expect(await lastAudited()).toEqual({
      action: 'postback.accepted',
      subjectId: ids[0],
      before: JSON.stringify({ state: 'REFUSED', uncertainValue: 0, acknowledgedValue: 0 }),
      after: JSON.stringify({ state: 'ACKNOWLEDGED', uncertainValue: 0, acknowledgedValue: 7 }),
    });
  });

  it('by posting a total again that Optimove took, as often as somebody asks; an addition never', async () => {
    const connectionId = await stage.connect('Totals', 'ABSOLUTE');
    await stage.collect(connectionId, [{ sent: 7 }]);
    await stage.post(connectionId);
    const ids = await idsOf(connectionId);
    expect(await decide({ connectionId, ids, decision: 'ACCEPT' })).toMatchObject({ settledIds: [] });
    for (let time = 0; time < 2; time += 1) {
      expect(await decide({ connectionId, ids, decision: 'POST_AGAIN' })).toEqual({ settledIds: ids, userErrors: [] });
      await stage.post(connectionId);
    }
    expect(received()).toEqual([7, 7, 7]);
    expect(await lastAudited()).toMatchObject({ action: 'postback.posted-again', subjectId: ids[0] });
    await stage.database.query(`UPDATE metric_total SET closes_at = now() WHERE id = $1`, [ids[0]]);
    const late = await decide({ connectionId, ids, decision: 'POST_AGAIN' });
    expect(late.userErrors).toMatchObject([{ code: 'NOTHING_TO_SETTLE' }]);

    const additions = await stage.connect('Additions', 'DELTA');
    await stage.collect(additions, [{ sent: 7 }]);
    await stage.post(additions);
    const added = { connectionId: additions, ids: await idsOf(additions), decision: 'POST_AGAIN' };
    expect((await decide(added)).userErrors).toMatchObject([{ code: 'NOTHING_TO_SETTLE' }]);
  });

  it('by saying what Optimove shows, of which a part had counted: the rest is posted', async () => {
    const { connectionId, ids } = await doubted('Partly');
    await stage.collect(connectionId, [{ sent: 40 }]);
    stage.optimove.behaviour = () => 'break';
    await stage.post(connectionId);
    stage.optimove.reset();
    const seen = { connectionId, id: ids[0], acknowledgedValue: 0, uncertainValue: 40 };
    expect(await stage.kept(connectionId)).toMatchObject([{ acknowledged: 0, uncertain: 40, state: 'UNCERTAIN' }]);
    const stale = await reconcile({ ...seen, uncertainValue: 25, optimoveValue: 15 });
    expect(stale.userErrors).toMatchObject([{ code: 'STALE' }]);
    expect(await reconcile({ ...seen, optimoveValue: -1 })).toMatchObject({
      userErrors: [{ path: ['optimoveValue'] }],
    });
    expect(await reconcile({ ...seen, optimoveValue: 15 })).toEqual({ settledIds: ids, userErrors: [] });
    expect(await lastAudited()).toEqual({
      action: 'postback.reconciled',
      subjectId: ids[0],
      before: JSON.stringify({ state: 'UNCERTAIN', uncertainValue: 40, acknowledgedValue: 0 }),
      after: JSON.stringify({ state: 'OWED', uncertainValue: 0, acknowledgedValue: 15 }),
    });
    await stage.post(connectionId);
    expect(received()).toEqual([25]);
    expect(await stage.kept(connectionId)).toMatchObject([{ acknowledged: 40, uncertain: 0, state: 'ACKNOWLEDGED' }]);
  });

  it('by saying that Optimove shows too much: only what grows beyond it is added, and a total is posted', async () => {
    for (const [mode, posts] of [
      ['DELTA', [7, 2]],
      ['ABSOLUTE', [7, 7, 12]],
    ] as const) {
      stage.optimove.reset();
      const connectionId = await stage.connect(`Too much ${mode}`, mode);
      await stage.collect(connectionId, [{ sent: 7 }]);
      await stage.post(connectionId);
      const [id] = await idsOf(connectionId);
      const seen = { connectionId, id, acknowledgedValue: 7, uncertainValue: 0 };
      expect(await reconcile({ ...seen, optimoveValue: 10 })).toEqual({ settledIds: [id], userErrors: [] });
      await stage.post(connectionId);
      await stage.collect(connectionId, [{ sent: 12 }]);
      await stage.post(connectionId);
      expect(received()).toEqual(posts);
    }
  });
});
