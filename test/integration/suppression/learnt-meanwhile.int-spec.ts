import { newId } from '@libs/foundation';
import type { Tx } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { MatchingService } from '@modules/matching';
import { LearnFromLists } from '@modules/suppression';
import { ForgetValues } from '../../../src/suppression/sync/forget-values';
import { eventually } from '../../support/eventually';
import { type Account, type ChosenAttribute, type Stage, setStage } from './stage';
import { days, syncSteps } from './sync-steps';

describe('what is said of customers while the connection is given another account or User ID attribute', () => {
  let stage: Stage;
  const { choose, passDay, runNow } = syncSteps(() => stage);
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  interface Scene {
    account: Account;
    attribute: ChosenAttribute;
    connection: ConnectionView;
  }
  const setScene = async (userIdAttribute: string | null): Promise<Scene> => {
    const account = await stage.connect({}, userIdAttribute === null ? {} : { userIdAttribute });
    if (userIdAttribute !== null) await account.control('PUT', `/attributes/${userIdAttribute}`, { values: {} });
    const attribute = await choose(account);
    await passDay(account, days[0], attribute.name, {});
    await runNow(account);
    const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
    return { account, attribute, connection };
  };
  const changes: [string, (scene: Scene) => Promise<object>][] = [
    ['another User ID attribute', async () => ({ userIdAttribute: 'PlayerNumber' })],
    [
      'another account',
      async () => {
        const next = await stage.addTenant();
        return { endpoint: next.endpoint.replace('127.0.0.1', 'localhost'), apiToken: next.apiToken };
      },
    ],
  ];
  const change = async ({ account }: Scene, input: object): Promise<void> => {
    const { connection } = await stage.mutate<{ connection: object | null }>(
      ...(['updateConnection', 'UpdateConnectionInput', 'connection { id }'] as const),
      { id: account.connectionId, version: 1, ...input },
    );
    expect(connection).not.toBeNull();
  };
  const learn = (tx: Tx, { attribute, connection }: Scene): Promise<void> => {
    const row = { customerId: 'theirs', attributes: ['true', 'player'] };
    const attributes = [attribute.name, 'Player'];
    return stage.app
      .get(LearnFromLists)
      .learn(tx, { connection, dataDate: days[0], askedAt: new Date(), attributes, rows: [row] });
  };
  const kept = ({ attribute }: Scene) =>
    stage.database.query(
      `SELECT user_id FROM remembered_value WHERE attribute_id = $1
       UNION ALL SELECT user_id FROM customer_value WHERE attribute_id = $1`,
      [attribute.id],
    );
  const untilSomebodyWaits = () =>
    eventually('somebody waits', async () => {
      const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`;
      return (await stage.database.query(waiting)).length > 0;
    });
  /** Changes it while `work` is not committed, waits for nobody who waits for the work, and forgets what the change says. */
  const changedDuring = async (scene: Scene, input: object, work: (tx: Tx) => Promise<void>): Promise<void> => {
    let changing: Promise<void> = Promise.resolve();
    await stage.transactions.run(async (tx) => {
      await work(tx);
      changing = change(scene, input).then(() => stage.app.get(ForgetValues).ofChanged());
      await Promise.race([changing, untilSomebodyWaits()]);
    });
    await changing;
  };

  describe.each(changes)('%s', (_, inputOf) => {
    it.each([null, 'Player'])(
      'is forgotten with what was said before, where a list said it (found by %p)',
      async (by) => {
        const scene = await setScene(by);
        await changedDuring(scene, await inputOf(scene), (tx) => learn(tx, scene));
        expect(await kept(scene)).toEqual([]);
      },
    );

    it('is not learnt any more from a list that was asked for before', async () => {
      const scene = await setScene(null);
      await change(scene, await inputOf(scene));
      await stage.transactions.run((tx) => learn(tx, scene));
      expect(await kept(scene)).toEqual([]);
    });

    it('is forgotten where a match carried it over to another user ID', async () => {
      const scene = await setScene('Player');
      await stage.addProfiles([`${scene.attribute.name}-new`]);
      await stage.transactions.run((tx) => learn(tx, scene));
      expect(await kept(scene)).not.toEqual([]);
      await changedDuring(scene, await inputOf(scene), async (tx) => {
        const customers = [
          { seq: 1, customerId: 'theirs', userIdValue: `${scene.attribute.name}-new`, mobileNumberValue: null },
        ];
        const { connection } = scene;
        await stage.app.get(MatchingService).match(tx, { connection, executionId: newId(), customers });
      });
      expect(await kept(scene)).toEqual([]);
    });
  });

  it('is not waited for by whoever learns while somebody waits to change it: they learn nothing', async () => {
    const scene = await setScene(null);
    let changing: Promise<void> = Promise.resolve();
    await stage.transactions.run(async (tx) => {
      await learn(tx, scene);
      changing = change(scene, { userIdAttribute: 'PlayerNumber' });
      await Promise.race([changing, untilSomebodyWaits()]);
      await stage.transactions.run(async (other) => {
        await other.query(`SET LOCAL lock_timeout = '10s'`);
        const row = { customerId: 'somebody else', attributes: ['true'] };
        const page = {
          connection: scene.connection,
          dataDate: days[0],
          askedAt: new Date(),
          attributes: [scene.attribute.name],
          rows: [row],
        };
        await stage.app.get(LearnFromLists).learn(other, page);
      });
    });
    await changing;
    const rows = await stage.database.query<{ user_id: string }>(
      'SELECT user_id FROM remembered_value WHERE attribute_id = $1',
      [scene.attribute.id],
    );
    expect(rows.map((row) => row.user_id)).toEqual(['theirs']);
  });
});
