import { Transactions } from '@libs/platform';
import { CollectTotals } from '../../../src/postbacks/collect-totals';
import { MetricTotalRepository } from '../../../src/postbacks/persistence/metric-total.repository';
import { eventually } from '../../support/eventually';
import { newClock, type Stage, setStage } from './stage';

const acknowledged = { state: 'ACKNOWLEDGED', uncertain: 0, error: null };

describe('totals posted to Optimove', () => {
  let stage: Stage;
  let connections = 0;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  beforeEach(() => stage.optimove.reset());
  afterAll(() => stage.close());

  function connect(): Promise<string> {
    connections += 1;
    return stage.connect(`Absolute ${connections}`, 'ABSOLUTE');
  }

  it('arrive in the shape that Optimove documents, without those that are zero', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 925, dropped: 11 }]);
    await stage.post(id);
    const key = { ChannelID: 506, CampaignID: 20417, TemplateID: 7731 };
    expect(stage.optimove.posts).toHaveLength(1);
    expect(stage.optimove.posts[0]?.sort((a, b) => a.MetricID - b.MetricID)).toEqual([
      { ...key, MetricID: 0, MetricValue: 925 },
      { ...key, MetricID: 5, MetricValue: 11 },
    ]);
    expect(await stage.kept(id)).toMatchObject([
      { metric: 'SENT', owed: 925, acknowledged: 925, ...acknowledged },
      { metric: 'DROPPED', owed: 11, acknowledged: 11, ...acknowledged },
    ]);
  });

  it('are posted again only when they changed, and then as totals', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 900, delivered: 10 }]);
    await stage.post(id);
    await stage.collect(id, [{ sent: 900, delivered: 10 }]);
    await stage.post(id);
    expect(stage.optimove.posts).toHaveLength(1);
    await stage.collect(id, [{ sent: 900, delivered: 30 }]);
    await stage.post(id);
    expect(stage.optimove.posts[1]).toMatchObject([{ MetricID: 1, MetricValue: 30 }]);
  });

  it('go out at most 100 a call', async () => {
    const id = await connect();
    await stage.collect(
      id,
      Array.from({ length: 75 }, (_, n) => ({ template: String(9000 + n), sent: 5, delivered: 4, dropped: 3 })),
    );
    await stage.post(id);
    expect(stage.optimove.posts.map((rows) => rows.length)).toEqual([100, 100, 25]);
    expect((await stage.kept(id)).every(({ state }) => state === 'ACKNOWLEDGED')).toBe(true);
  });

  it('stay owed when they change while a post is under way', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 10 }]);
    stage.optimove.behaviour = async () => {
      stage.optimove.behaviour = () => 200;
      await stage.collect(id, [{ sent: 12 }]);
      return 200;
    };
    await stage.post(id);
    expect(await stage.kept(id)).toMatchObject([{ owed: 12, acknowledged: 10, state: 'OWED' }]);
    await stage.post(id);
    expect(await stage.kept(id)).toMatchObject([{ owed: 12, acknowledged: 12, ...acknowledged }]);
  });

  it.each([
    ['503', 503],
    ['429', 429],
    ['401', 401],
    ['no answer', 'break' as const],
  ])('wait and are posted again after %s, with the reason visible meanwhile', async (_name, outcome) => {
    const id = await connect();
    await stage.collect(id, [{ sent: 10 }]);
    stage.optimove.behaviour = () => outcome;
    await stage.post(id);
    expect(await stage.kept(id)).toMatchObject([
      { state: 'OWED', acknowledged: 0, error: expect.stringContaining('UpdateCampaignMetrics') },
    ]);
    stage.optimove.reset();
    await stage.post(id);
    expect(stage.optimove.posts).toEqual([]);
    await stage.wait(id);
    await stage.post(id);
    expect(await stage.kept(id)).toMatchObject([{ acknowledged: 10, ...acknowledged }]);
  });

  it('do not wait any less because they keep changing', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 10 }]);
    stage.optimove.behaviour = () => 503;
    await stage.post(id);
    await stage.collect(id, [{ sent: 11 }]);
    stage.optimove.reset();
    await stage.post(id);
    expect(stage.optimove.posts).toEqual([]);
  });

  it('stop when Optimove refuses one, and it alone: the others arrive', async () => {
    const id = await connect();
    const templates = ['1', '2', '3', '4', '5'];
    await stage.collect(
      id,
      templates.map((template) => ({ template, sent: 7 })),
    );
    stage.optimove.behaviour = (rows) => (rows.some(({ TemplateID }) => TemplateID === 4) ? 400 : 200);
    await stage.post(id);
    const kept = await stage.kept(id);
    expect(kept.map(({ state }) => state)).toEqual([...Array(3).fill('ACKNOWLEDGED'), 'REFUSED', 'ACKNOWLEDGED']);
    expect(kept[3]).toMatchObject({ template: '4', acknowledged: 0, error: expect.stringContaining('400') });
    stage.optimove.reset();
    await stage.wait(id);
    await stage.post(id);
    expect(stage.optimove.posts).toEqual([]);
    await stage.collect(id, [{ template: '4', sent: 8 }]);
    await stage.post(id);
    expect(stage.optimove.posts).toMatchObject([[{ TemplateID: 4, MetricValue: 8 }]]);
  });

  it('are posted by one worker of many', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 10 }]);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    stage.optimove.behaviour = () => held.then(() => 200);
    const first = newClock(stage).post();
    await eventually('the first worker posts', () => stage.optimove.posts.length === 1);
    await newClock(stage).post();
    release();
    await first;
    expect(stage.optimove.posts).toHaveLength(1);
    expect(await stage.kept(id)).toMatchObject([{ acknowledged: 10, ...acknowledged }]);
  });

  it('are posted again when the process died during a post', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 10 }]);
    await stage.database.query('UPDATE metric_total SET posting_value = owed_value WHERE connection_id = $1', [id]);
    await stage.post(id);
    expect(stage.optimove.posts).toMatchObject([[{ MetricValue: 10 }]]);
    expect(await stage.kept(id)).toMatchObject([{ acknowledged: 10, ...acknowledged }]);
  });

  it('are kept, not posted, while the connection is disabled', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 10 }]);
    await stage.ask('mutation ($id: ID!) { disableConnection(input: { id: $id }) { userErrors { code } } }', { id });
    await newClock(stage).post();
    expect(stage.optimove.posts).toEqual([]);
    expect(await stage.kept(id)).toMatchObject([{ state: 'OWED', error: null }]);
    await stage.ask('mutation ($id: ID!) { enableConnection(input: { id: $id }) { userErrors { code } } }', { id });
    await stage.wait(id);
    await stage.post(id);
    expect(stage.optimove.posts).toMatchObject([[{ MetricValue: 10 }]]);
  });

  it('tell what people did too, a bounce as 9, and as often as the connection says', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 10, opened: 3, bounced: 1 }]);
    await stage.post(id);
    expect(stage.optimove.posts.flat().map(({ MetricID, MetricValue }) => [MetricID, MetricValue])).toEqual(
      expect.arrayContaining([
        [2, 3],
        [9, 1],
      ]),
    );
    stage.optimove.reset();
    await stage.collect(id, [{ sent: 11, opened: 4, bounced: 1 }]);
    await stage.post(id);
    expect(stage.optimove.posts.flat().map(({ MetricID }) => MetricID)).toEqual([0]);
    await stage.wait(id);
    await stage.post(id);
    expect(stage.optimove.posts.flat().map(({ MetricID, MetricValue }) => [MetricID, MetricValue])).toContainEqual([
      2, 4,
    ]);
  });

  it('stop seven days after the last send, and are shown as expired', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 10, closesAt: new Date(Date.now() - 1_000) }]);
    await stage.post(id);
    expect(stage.optimove.posts).toEqual([]);
    expect(await stage.kept(id)).toMatchObject([{ state: 'EXPIRED', error: expect.stringContaining('Seven days') }]);
    await stage.collect(id, [{ sent: 11 }]);
    await stage.post(id);
    expect(stage.optimove.posts).toMatchObject([[{ MetricValue: 11 }]]);
  });

  it('are told for seven days after the last send, also those that did not change with it', async () => {
    const id = await connect();
    const before = new Date(Date.now() - 1_000);
    await stage.collect(id, [
      { sent: 10, opened: 3, closesAt: before },
      { template: '7732', sent: 4, closesAt: before },
    ]);
    await stage.post(id);
    expect((await stage.kept(id)).map(({ state }) => state)).toEqual(['EXPIRED', 'EXPIRED', 'EXPIRED']);
    await stage.collect(id, [{ sent: 11, opened: 3 }]);
    await stage.post(id);
    expect(
      stage.optimove.posts.flat().map(({ TemplateID, MetricID, MetricValue }) => [TemplateID, MetricID, MetricValue]),
    ).toEqual(
      expect.arrayContaining([
        [7731, 0, 11],
        [7731, 2, 3],
        [7732, 0, 4],
      ]),
    );
    expect((await stage.kept(id)).every(({ state, error }) => state === 'ACKNOWLEDGED' && error === null)).toBe(true);
  });

  it('go down again where customers are sent to after all', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 5, dropped: 2 }]);
    await stage.post(id);
    stage.optimove.reset();
    await stage.collect(id, [{ sent: 7, dropped: 0 }]);
    await stage.post(id);
    expect(
      stage.optimove.posts
        .flat()
        .map(({ MetricID, MetricValue }) => [MetricID, MetricValue])
        .sort(),
    ).toEqual([
      [0, 7],
      [5, 0],
    ]);
  });

  it('wait in vain for no other connection, and at most eight are posted for at once', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, connect));
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const underWay = { now: 0, most: 0 };
    stage.optimove.behaviour = async () => {
      underWay.now += 1;
      underWay.most = Math.max(underWay.most, underWay.now);
      await held;
      underWay.now -= 1;
      return 200;
    };
    for (const id of ids) await stage.collect(id, [{ sent: 10 }]);
    const clock = newClock(stage);
    const posting = clock.post();
    await eventually('eight connections wait for Optimove', () => underWay.now === 8);
    await clock.post();
    release();
    await posting;
    expect(underWay).toEqual({ now: 0, most: 8 });
    for (const id of ids) expect(await stage.kept(id)).toMatchObject([{ acknowledged: 10, ...acknowledged }]);
  });

  it('are late from when they were due, however often they are tried, unless their connection is off', async () => {
    const lag = async (): Promise<number> => {
      const [gauge] = await stage.app.get(MetricTotalRepository).lag(stage.app.get(Transactions).pool);
      return (gauge?.value ?? 0) / 3_600;
    };
    const id = await connect();
    await stage.collect(id, [{ sent: 10, opened: 1 }]);
    await stage.age(id, 30);
    stage.optimove.behaviour = () => 503;
    await stage.post(id);
    await stage.collect(id, [{ sent: 11, opened: 1 }]);
    expect(Math.round(await lag())).toBe(30);
    const toggle = (how: string) =>
      stage.ask(`mutation ($id: ID!) { ${how}(input: { id: $id }) { userErrors { code } } }`, { id });
    await toggle('disableConnection');
    expect(await lag()).toBeLessThan(1);
    await toggle('enableConnection');
    stage.optimove.reset();
    await stage.wait(id);
    await stage.post(id);
    expect(await lag()).toBeLessThan(1);
    await stage.collect(id, [{ sent: 12, opened: 1 }]);
    expect(await lag()).toBeLessThan(1);
  });

  it('end as the newest, whichever worker writes last', async () => {
    const id = await connect();
    const collect = stage.app.get(CollectTotals);
    let finishSlow: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      finishSlow = resolve;
    });
    const first = () => {
      stage.campaigns.answer = async () => stage.totalsOf(id, [{ sent: 20 }]);
      return slow.then(() => stage.totalsOf(id, [{ sent: 10 }]));
    };
    stage.campaigns.answer = first;
    await stage.announceChange();
    const slowWorker = collect.run();
    await eventually('the slow worker reads', async () => stage.campaigns.answer !== first);
    await stage.announceChange();
    const otherWorker = collect.run();
    finishSlow();
    await Promise.all([slowWorker, otherWorker]);
    expect(await stage.kept(id)).toMatchObject([{ owed: 20 }]);
  });
});
