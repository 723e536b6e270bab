import { ConnectionsService } from '@modules/connections';
import { EndEngagement } from '../../../src/postbacks/engagement/end-engagement';
import { HandOnEngagement } from '../../../src/postbacks/engagement/hand-on-engagement';
import { PostEngagement } from '../../../src/postbacks/engagement/post-engagement';
import { engagedConnection, people, tenantToken } from './engaged-connection';
import { type Stage, setStage } from './stage';

/** Somebody's event as it is kept. */
interface KeptEvent {
  customer: string;
  /** Null while it waits. */
  state: string | null;
  error: string | null;
  doubts: number | null;
}

describe('what customers did, told to an account at Optimove', () => {
  let stage: Stage;
  let connectionId: string;
  let connections = 0;
  const { answer, standing, set, batches, post, countedIds } = engagedConnection(() => ({ stage, connectionId }));
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  beforeEach(async () => {
    stage.optimove.reset();
    connections += 1;
    connectionId = await stage.connect(`Engaged ${connections}`, 'ABSOLUTE');
    expect(await set({ everyMinutes: 0 })).toEqual([]);
  });
  afterAll(() => stage?.close());

  const moved = 'The connection was moved to another account';
  const another = async (): Promise<string> => {
    const own = connectionId;
    connectionId = await stage.connect(`Engaged besides ${connections}`, 'ABSOLUTE', `Engaged ${connections}`);
    await set({ everyMinutes: 0 });
    const other = connectionId;
    connectionId = own;
    return other;
  };
  const leave = {
    deleteConnection: async (id: string) => {
      await stage.leave(id, 'deleteConnection');
      await stage.app.get(EndEngagement).ofConnection(id);
    },
    disableConnection: async (id: string) => {
      await stage.leave(id, 'disableConnection');
      await postOver(id);
    },
    move: async (id: string) => {
      await stage.move(id);
      await postOver(id);
    },
  };
  const postOver = async (id: string): Promise<void> => {
    await stage.wait(id);
    await stage.app.get(PostEngagement).run(id);
  };
  const kept = (id: string): Promise<KeptEvent[]> =>
    stage.database.query(
      `SELECT e.customer_id AS customer, b.state, b.last_error AS error, b.doubts
       FROM engagement_event e LEFT JOIN engagement_batch b ON b.id = e.batch_id WHERE e.connection_id = $1 ORDER BY e.id`,
      [id],
    );
  const owe = async (news: { customer: string; kind?: string }[]): Promise<void> => {
    stage.optimove.engagement = () => 429;
    await stage.engage(connectionId, news);
    await post();
    stage.optimove.reset();
  };
  const check = async (ids: string[]): Promise<object[]> =>
    (
      await answer<{ checkEngagement: { checks: object[] } }>(
        'mutation ($input: CheckEngagementInput!) { checkEngagement(input: $input) { checks { outcome detail } } }',
        { input: { connectionId, ids } },
      )
    ).checkEngagement.checks;
  const postAgain = (ids: string[]): Promise<object> =>
    answer('mutation ($input: SettleEngagementInput!) { settleEngagement(input: $input) { settledIds } }', {
      input: { connectionId, ids, decision: 'POST_AGAIN' },
    });
  const ofState = async (state: string): Promise<string[]> => (await batches(`, state: ${state}`)).map(({ id }) => id);
  const withSignedEvents = () => ({
    ...{ road: 'EVENTS', eventsToken: tenantToken },
    eventsUrl: new URL('/api/saveEvent', stage.optimove.endpoint).href,
  });

  it.each(['deleteConnection', 'disableConnection', 'move'] as const)(
    'is told over another connection after %s, both what waits and what is owed, by a road that this one has',
    async (how) => {
      await set(withSignedEvents());
      await owe([{ customer: 'C1' }]);
      await set({ everyMinutes: 1440 });
      await stage.engage(connectionId, [{ customer: 'C2', kind: 'CLICKED' }]);
      const other = await another();
      await leave[how](connectionId);
      expect(await kept(connectionId)).toEqual([]);
      await postOver(other);
      expect(countedIds().sort()).toEqual(['C1', 'C2']);
      expect(stage.optimove.events).toEqual([]);
      expect(await kept(other)).toMatchObject([{ state: 'ACKNOWLEDGED' }, { state: 'ACKNOWLEDGED' }]);
    },
  );

  it('goes over another connection at once where it is heard of after the own one is gone', async () => {
    const other = await another();
    await leave.deleteConnection(connectionId);
    await stage.engage(connectionId, [{ customer: 'C1' }], await stage.accountOf(other));
    expect(await kept(connectionId)).toEqual([]);
    await postOver(other);
    expect(countedIds()).toEqual(['C1']);
    await stage.leave(other, 'disableConnection');
    await stage.engage(other, [{ customer: 'C2' }]);
    expect(await kept(other)).toMatchObject([{ state: 'ACKNOWLEDGED' }, { customer: 'C2', state: null }]);
  });

  it('goes over no other connection that tells of none', async () => {
    const other = await another();
    await stage.database.query(`UPDATE engagement_postback SET road = 'NONE' WHERE connection_id = $1`, [other]);
    await owe([{ customer: 'C1' }]);
    await leave.deleteConnection(connectionId);
    await stage.engage(connectionId, [{ customer: 'C2' }]);
    expect(await kept(other)).toEqual([]);
    expect(await kept(connectionId)).toMatchObject([{ customer: 'C1', state: 'EXPIRED' }]);
  });

  it('is told to nobody where its connection was moved and no other one has the account', async () => {
    const former = await stage.accountOf(connectionId);
    await owe([{ customer: 'C1' }]);
    await set({ everyMinutes: 1440 });
    await stage.engage(connectionId, [{ customer: 'C2' }]);
    await leave.move(connectionId);
    await stage.engage(connectionId, [{ customer: 'C3' }], former);
    expect(await kept(connectionId)).toMatchObject([{ customer: 'C1', state: 'EXPIRED', error: moved }]);
    await set({ everyMinutes: 0 });
    await stage.engage(connectionId, [{ customer: 'C4' }]);
    await post();
    expect(stage.optimove.interactions.flatMap(({ CustomerIDs }) => CustomerIDs)).toEqual(['C4']);
  });

  it.each([
    ['interactions', {}, 'clientFor'],
    ['signed events', withSignedEvents, 'eventSenderFor'],
  ] as const)('is kept here when its connection is moved before it goes out, as %s', async (_name, setting, maker) => {
    await set(typeof setting === 'function' ? setting() : setting);
    await stage.engage(connectionId, people(1));
    const connectionsService = stage.app.get(ConnectionsService);
    const make = connectionsService[maker].bind(connectionsService) as (...args: unknown[]) => never;
    const making = jest.spyOn(connectionsService, maker).mockImplementationOnce(async (...args: unknown[]) => {
      await stage.move(connectionId);
      return make(...args);
    });
    await post();
    making.mockRestore();
    expect([stage.optimove.interactions, stage.optimove.events]).toEqual([[], []]);
    const error = expect.stringContaining('was changed before it went out');
    expect(await kept(connectionId)).toMatchObject([{ state: 'OWED', doubts: 0, error }]);
    await postOver(connectionId);
    expect(await kept(connectionId)).toMatchObject([{ state: 'EXPIRED', error: moved }]);
  });

  it('is owed still where its connection is deleted while it is posted, and then told over another one', async () => {
    const other = await another();
    await stage.engage(connectionId, [{ customer: 'C1' }, { customer: 'C2', kind: 'CLICKED' }]);
    const connectionsService = stage.app.get(ConnectionsService);
    const make = connectionsService.clientFor.bind(connectionsService);
    const making = jest.spyOn(connectionsService, 'clientFor').mockImplementationOnce(async (id) => {
      await stage.leave(id, 'deleteConnection');
      await stage.database.query('UPDATE connection SET api_token = NULL WHERE id = $1', [id]);
      return make(id);
    });
    await post();
    making.mockRestore();
    expect(await kept(connectionId)).toMatchObject([{ state: 'OWED' }, { state: 'OWED' }]);
    await stage.app.get(EndEngagement).ofConnection(connectionId);
    await postOver(other);
    expect(countedIds()).toEqual(['C1', 'C2']);
  });

  it('is not told over another connection while a post of it is under way, but once what came of it is known', async () => {
    await owe([{ customer: 'C1' }]);
    const other = await another();
    await stage.database.query(`UPDATE engagement_batch SET state = 'POSTING' WHERE connection_id = $1`, [
      connectionId,
    ]);
    await leave.deleteConnection(connectionId);
    await postOver(other);
    expect(await kept(other)).toEqual([]);
    expect(await kept(connectionId)).toMatchObject([{ state: 'POSTING' }]);
    await post();
    expect(await kept(connectionId)).toEqual([]);
    await postOver(other);
    expect(countedIds()).toEqual(['C1']);
    expect(await kept(other)).toMatchObject([{ state: 'ACKNOWLEDGED', doubts: 1 }]);
  });

  it('is settled over another connection where the one that posted it is deleted', async () => {
    await set({ onDoubt: 'KEEP' });
    stage.optimove.engagement = (sent) => (sent?.EventID === 2 ? 'lose' : 400);
    await stage.engage(connectionId, [{ customer: 'C1' }]);
    await post();
    await stage.engage(connectionId, [{ customer: 'C2', kind: 'CLICKED' }]);
    await post();
    const former = connectionId;
    connectionId = await another();
    await stage.leave(former, 'deleteConnection');
    await stage.app.get(HandOnEngagement).openQuestions();
    expect(await kept(former)).toEqual([]);
    expect(await check(await ofState('UNCERTAIN'))).toEqual([{ outcome: 'FOUND', detail: null }]);
    stage.optimove.engagement = () => 200;
    await postAgain(await ofState('REFUSED'));
    await post();
    expect(countedIds()).toEqual(['C1', 'C2']);
    expect(await standing()).toMatchObject({ acknowledged: 2, uncertain: 0, refused: 0 });
  });

  it('is not found by what a deleted connection told of the same', async () => {
    await set({ onDoubt: 'KEEP' });
    await stage.engage(connectionId, [{ customer: 'C1' }]);
    await post();
    stage.optimove.engagement = () => 'break';
    await stage.engage(connectionId, [{ customer: 'C1' }]);
    await post();
    const other = await another();
    await leave.deleteConnection(connectionId);
    connectionId = other;
    const detail = expect.stringContaining('did the same in another batch');
    expect(await check(await ofState('UNCERTAIN'))).toEqual([{ outcome: 'CANNOT_TELL', detail }]);
  });

  it('and is in doubt as a signed event is not said to be absent at another connection, which posts it again by its road', async () => {
    await set({ onDoubt: 'KEEP', ...withSignedEvents() });
    stage.optimove.engagement = () => 'break';
    await stage.engage(connectionId, people(1));
    await post();
    stage.optimove.reset();
    const other = await another();
    await leave.deleteConnection(connectionId);
    connectionId = other;
    const detail = expect.stringContaining('need not show signed events');
    expect(await check(await ofState('UNCERTAIN'))).toEqual([{ outcome: 'CANNOT_TELL', detail }]);
    await postAgain(await ofState('UNCERTAIN'));
    await post();
    expect(countedIds()).toEqual(['C1']);
    expect(stage.optimove.events).toEqual([]);
  });

  it('that has no connection any more cannot be asked what it knows', async () => {
    await set({ onDoubt: 'KEEP' });
    stage.optimove.engagement = () => 'lose';
    await stage.engage(connectionId, people(1));
    await post();
    await leave.move(connectionId);
    await stage.app.get(HandOnEngagement).openQuestions();
    const detail = expect.stringContaining('another account by now');
    const ids = await ofState('UNCERTAIN');
    expect(await check(ids)).toEqual([{ outcome: 'CANNOT_TELL', detail }]);
    await postAgain(ids);
    await postOver(connectionId);
    expect(stage.optimove.interactions).toHaveLength(1);
    expect(await kept(connectionId)).toMatchObject([{ state: 'EXPIRED', error: moved }]);
  });

  it('is told as long as the campaign goes on over another connection, and not by a campaign of that number elsewhere', async () => {
    const late = { customer: 'C1', closesAt: new Date(Date.now() - 1_000) };
    const elsewhere = await stage.connect(`Elsewhere ${connections}`, 'ABSOLUTE');
    await stage.collect(elsewhere, [{ sent: 10 }]);
    await stage.engage(connectionId, [late]);
    await post();
    expect(await standing()).toMatchObject({ expired: 1 });
    await stage.collect(await another(), [{ sent: 10 }]);
    await stage.engage(connectionId, [late]);
    await post();
    expect(countedIds()).toEqual(['C1']);
  });
});
