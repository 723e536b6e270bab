import { ConnectionsService } from '@modules/connections';
import { CollectTotals } from '../../../src/postbacks/collect-totals';
import { type Stage, setStage } from './stage';

const settled = { state: 'ACKNOWLEDGED', uncertain: 0, error: null };

describe('additions posted to Optimove', () => {
  let stage: Stage;
  let connections = 0;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  beforeEach(() => stage.optimove.reset());
  afterAll(() => stage.close());

  function connect(): Promise<string> {
    connections += 1;
    return stage.connect(`Delta ${connections}`, 'DELTA');
  }

  /** The values that Optimove received, in order. */
  const received = (): number[] => stage.optimove.posts.flat().map(({ MetricValue }) => MetricValue);

  it('are what came since the acknowledged total', async () => {
    const id = await connect();
    for (const sent of [900, 925]) {
      await stage.collect(id, [{ sent }]);
      await stage.post(id);
    }
    expect(received()).toEqual([900, 25]);
    expect(await stage.kept(id)).toMatchObject([{ owed: 925, acknowledged: 925, ...settled }]);
  });

  it.each([
    ['no answer', 'break'],
    ['a time-out on the way', 408],
    ['a page of a gateway', 'page'],
  ] as const)('are doubted, not posted again, after %s; what comes after them is', async (_name, outcome) => {
    const id = await connect();
    await stage.collect(id, [{ sent: 900 }]);
    await stage.post(id);
    await stage.collect(id, [{ sent: 925 }]);
    stage.optimove.behaviour = () => outcome;
    await stage.post(id);
    expect(await stage.kept(id)).toMatchObject([
      { owed: 925, acknowledged: 900, uncertain: 25, state: 'UNCERTAIN', error: expect.any(String) },
    ]);
    stage.optimove.reset();
    await stage.wait(id);
    await stage.post(id);
    expect(received()).toEqual([]);
    await stage.collect(id, [{ sent: 930 }]);
    await stage.post(id);
    expect(received()).toEqual([5]);
    expect(await stage.kept(id)).toMatchObject([
      { owed: 930, acknowledged: 905, uncertain: 25, state: 'UNCERTAIN', error: expect.any(String) },
    ]);
  });

  it('add up their doubts', async () => {
    const id = await connect();
    stage.optimove.behaviour = () => 'break';
    for (const sent of [10, 15]) {
      await stage.collect(id, [{ sent }]);
      await stage.post(id);
    }
    expect(received()).toEqual([10, 5]);
    expect(await stage.kept(id)).toMatchObject([{ acknowledged: 0, uncertain: 15, state: 'UNCERTAIN' }]);
  });

  it('keep what changed during a post without an answer owed', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 10 }]);
    stage.optimove.behaviour = async () => {
      await stage.collect(id, [{ sent: 14 }]);
      return 'break' as const;
    };
    await stage.post(id);
    expect(await stage.kept(id)).toMatchObject([{ owed: 14, uncertain: 10, state: 'OWED' }]);
    stage.optimove.reset();
    await stage.wait(id);
    await stage.post(id);
    expect(received()).toEqual([4]);
  });

  it.each([429, 401])('are posted again after %d, which counts nothing', async (status) => {
    const id = await connect();
    await stage.collect(id, [{ sent: 10 }]);
    stage.optimove.behaviour = () => status;
    await stage.post(id);
    stage.optimove.reset();
    await stage.wait(id);
    await stage.post(id);
    expect(received()).toEqual([10]);
    expect(await stage.kept(id)).toMatchObject([{ acknowledged: 10, ...settled }]);
  });

  it('are doubted when the process died during a post', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 10 }]);
    await stage.database.query('UPDATE metric_total SET posting_value = owed_value WHERE connection_id = $1', [id]);
    await stage.collect(id, [{ sent: 13 }]);
    await stage.post(id);
    expect(received()).toEqual([3]);
    expect(await stage.kept(id)).toMatchObject([{ owed: 13, acknowledged: 3, uncertain: 10, state: 'UNCERTAIN' }]);
  });

  it('are posted again when nobody was there to hear them', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 10 }]);
    const [{ endpoint } = { endpoint: '' }] = await stage.database.query<{ endpoint: string }>(
      `UPDATE connection SET endpoint = 'http://127.0.0.1:9/' WHERE id = $1 RETURNING (SELECT endpoint FROM connection WHERE id = $1)`,
      [id],
    );
    await stage.post(id);
    expect(await stage.kept(id)).toMatchObject([{ state: 'OWED', uncertain: 0, error: expect.any(String) }]);
    await stage.database.query('UPDATE connection SET endpoint = $2 WHERE id = $1', [id, endpoint]);
    await stage.wait(id);
    await stage.post(id);
    expect(received()).toEqual([10]);
  });

  it('never take anything back', async () => {
    const id = await connect();
    for (const sent of [10, 8, 10, 11]) {
      await stage.collect(id, [{ sent }]);
      await stage.post(id);
    }
    expect(received()).toEqual([10, 1]);
    expect(await stage.kept(id)).toMatchObject([{ owed: 11, acknowledged: 11, ...settled }]);
  });

  it.each(['deleteConnection', 'disableConnection'] as const)(
    'go on over another connection to the account after %s, where they stood with their doubts',
    async (how) => {
      const first = await stage.connect(`First of ${how}`, 'DELTA', how);
      await stage.collect(first, [{ sent: 600 }]);
      await stage.post(first);
      stage.optimove.behaviour = () => 'break';
      await stage.collect(first, [{ sent: 650 }]);
      await stage.post(first);
      stage.optimove.behaviour = () => 429;
      await stage.collect(first, [{ sent: 650, opened: 2 }]);
      await stage.post(first);
      stage.optimove.reset();
      await stage.leave(first, how);
      await stage.wait(first);
      await stage.post(first);
      expect(received()).toEqual([]);
      const second = await stage.connect(`Second of ${how}`, 'DELTA', how);
      await stage.collect(second, [{ sent: 1_000, delivered: 5, opened: 2 }]);
      await stage.post(second);
      expect(received().sort((one, other) => one - other)).toEqual([2, 5, 350]);
      expect(await stage.kept(second)).toMatchObject([
        { metric: 'SENT', owed: 1_000, acknowledged: 950, uncertain: 50, state: 'UNCERTAIN' },
        { metric: 'OPENED', owed: 2, acknowledged: 2, ...settled },
        { metric: 'DELIVERED', owed: 5, acknowledged: 5, ...settled },
      ]);
      expect(await stage.kept(first)).toEqual([]);
    },
  );

  it('wait for a post over another connection, and are told over this one once it is known what came of it', async () => {
    const first = await stage.connect('Posting', 'DELTA', 'posting');
    await stage.collect(first, [{ sent: 100 }]);
    await stage.database.query('UPDATE metric_total SET posting_value = owed_value WHERE connection_id = $1', [first]);
    await stage.leave(first, 'disableConnection');
    const second = await stage.connect('After the post', 'DELTA', 'posting');
    await stage.collect(second, [{ sent: 120 }]);
    expect(await stage.kept(second)).toEqual([]);
    await stage.post(first);
    await stage.app.get(CollectTotals).run();
    await stage.post(second);
    expect(received()).toEqual([20]);
    expect(await stage.kept(second)).toMatchObject([
      { owed: 120, acknowledged: 20, uncertain: 100, state: 'UNCERTAIN' },
    ]);
    expect(await stage.kept(first)).toEqual([]);
  });

  it('stay with the connection that tells them while it is in use', async () => {
    const first = await stage.connect('Back again', 'DELTA', 'back again');
    await stage.collect(first, [{ sent: 10 }]);
    await stage.post(first);
    await stage.leave(first, 'disableConnection');
    const second = await stage.connect('Meanwhile', 'DELTA', 'back again');
    await stage.collect(second, [{ sent: 12 }]);
    await stage.post(second);
    await stage.database.query('UPDATE connection SET is_disabled = false WHERE id = $1', [first]);
    await stage.collect(first, [{ sent: 15 }]);
    expect(await stage.kept(first)).toEqual([]);
    await stage.post(second);
    expect(received()).toEqual([10, 2, 3]);
  });

  it('that a connection still had to tell when it was switched off are told over another one, though nothing changes any more', async () => {
    const first = await stage.connect('Left', 'DELTA', 'left');
    await stage.collect(first, [{ sent: 10 }]);
    await stage.leave(first, 'deleteConnection');
    const second = await stage.connect('Heir', 'DELTA', 'left');
    await stage.app.get(CollectTotals).takeLeftBehind();
    await stage.post(second);
    expect(received()).toEqual([10]);
  });

  it('of a former account are not told to the one that the connection was moved to, whose campaigns have the same numbers', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 10 }]);
    await stage.move(id);
    await stage.post(id);
    expect(received()).toEqual([]);
    await stage.collect(id, [{ sent: 3 }]);
    await stage.post(id);
    expect(received()).toEqual([3]);
  });

  it('stay here when the connection is moved after they were taken and before they go out', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 10 }]);
    const connectionsService = stage.app.get(ConnectionsService);
    const make = connectionsService.clientFor.bind(connectionsService);
    const making = jest.spyOn(connectionsService, 'clientFor').mockImplementationOnce(async (connectionId) => {
      await stage.move(id);
      return make(connectionId);
    });
    await stage.post(id);
    making.mockRestore();
    expect(received()).toEqual([]);
    expect(await stage.kept(id)).toMatchObject([{ acknowledged: 0, uncertain: 0, state: 'OWED' }]);
  });

  it('of who was dropped and is sent to later are counted once, whatever else is dropped', async () => {
    const id = await connect();
    for (const totals of [
      { sent: 5, dropped: 2 },
      { sent: 7, dropped: 0 },
      { sent: 7, dropped: 2 },
      { sent: 7, dropped: 3 },
    ]) {
      await stage.collect(id, [totals]);
      await stage.post(id);
    }
    const posted = stage.optimove.posts.flat();
    const sumOf = (metric: number): number =>
      posted.filter(({ MetricID }) => MetricID === metric).reduce((sum, { MetricValue }) => sum + MetricValue, 0);
    expect({ sent: sumOf(0), dropped: sumOf(5) }).toEqual({ sent: 7, dropped: 3 });
    expect(posted.filter(({ MetricValue }) => MetricValue <= 0)).toEqual([]);
  });

  it('end their doubts when the connection changes to totals', async () => {
    const id = await connect();
    await stage.collect(id, [{ sent: 10 }]);
    stage.optimove.behaviour = () => 'break';
    await stage.post(id);
    await stage.database.query(`UPDATE connection SET metrics_mode = 'ABSOLUTE' WHERE id = $1`, [id]);
    stage.optimove.reset();
    await stage.collect(id, [{ sent: 12 }]);
    await stage.post(id);
    expect(received()).toEqual([12]);
    expect(await stage.kept(id)).toMatchObject([{ acknowledged: 12, ...settled }]);
  });
});
