import { randomUUID } from 'node:crypto';
import { Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { MatchingService } from '@modules/matching';
import { eventually } from '../../support/eventually';
import { PreferencePeer } from './preference-peer';
import { channels, type SubscriptionStage, setSubscriptionStage } from './subscription-stage';

const subscribed = 1;

/** Customer ids that were learnt under another account or User ID attribute mean nobody, or other people. */
describe('customers who are named to Optimove while what their ids mean is changed', () => {
  let stage: SubscriptionStage;
  let connectionId: string;
  let next: PreferencePeer;
  beforeEach(async () => {
    stage = await setSubscriptionStage();
    next = await PreferencePeer.start();
    connectionId = await stage.connectChannels('main');
    await stage.allow();
    await stage.turnOn(connectionId);
  }, 60_000);
  afterEach(async () => {
    await next.close();
    await stage.close();
  });

  const people = ['P1', 'P2', 'P3', 'P4'];
  const addPeople = () =>
    stage.add(people.map((userId) => ({ userId, email: `${userId}@example.com`, emailSubscription: 'SUBSCRIBED' })));
  /** One customer in the first list, and so more than one list. */
  const postSingly = () => stage.database.query('UPDATE subscription_target SET longest_list = 1');
  const change = async (input: object): Promise<void> => {
    const [row] = await stage.database.query<{ version: number }>('SELECT version FROM connection WHERE id = $1', [
      connectionId,
    ]);
    const { data } = await stage.ask(
      'mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { id } } }',
      { input: { id: connectionId, version: row?.version, ...input } },
    );
    expect(data).toMatchObject({ updateConnection: { connection: { id: connectionId } } });
  };
  const move = () => change({ endpoint: next.endpoint, apiToken: 'token-of-next' });
  const setAttribute = (userIdAttribute: string) => change({ userIdAttribute });
  const match = async (): Promise<void> => {
    const connection = await stage.app.get(ConnectionsService).get(stage.projectId, connectionId);
    const customers = people.map((userIdValue, seq) => ({
      ...{ seq, customerId: `theirs-${userIdValue}`, userIdValue, mobileNumberValue: null },
    }));
    const wanted = { connection, executionId: randomUUID(), customers };
    await stage.app.get(Transactions).run((tx) => stage.app.get(MatchingService).match(tx, wanted));
  };
  const named = (peer: PreferencePeer) => peer.posts.flatMap(({ CustomerIDs }) => CustomerIDs).sort();
  /** Once, while the first list is on the wire. */
  const duringTheFirstPost = (happen: () => Promise<void>) => {
    let isFirst = true;
    stage.peer.behaviour = async () => {
      if (isFirst) {
        isFirst = false;
        await happen();
      }
      return 200;
    };
  };

  it('are named under former customer ids in the one list that was on the wire, and in none that follows', async () => {
    await addPeople();
    await stage.run();
    await postSingly();
    await stage.database.query(`UPDATE profile SET email_subscription = 'UNSUBSCRIBED'`);
    stage.peer.forgetPosts();
    duringTheFirstPost(() => setAttribute('LOGIN'));
    await stage.run();
    expect(named(stage.peer)).toHaveLength(1);
    await stage.runLater();
    expect(named(stage.peer)).toHaveLength(1);
    await match();
    await stage.runLater();
    expect(named(stage.peer).slice(-people.length)).toEqual(people.map((each) => `theirs-${each}`));
  });

  it('are not named to another account by the ids of the former one', async () => {
    await setAttribute('LOGIN');
    await addPeople();
    await match();
    await stage.run();
    await postSingly();
    await stage.database.query(`UPDATE profile SET email_subscription = 'UNSUBSCRIBED'`);
    stage.peer.forgetPosts();
    duringTheFirstPost(move);
    await stage.run();
    expect([named(stage.peer).length, named(next)]).toEqual([1, []]);
    await stage.runLater();
    await stage.runLater();
    expect(named(next)).toEqual([]);
    expect((await stage.show(connectionId)).withoutCustomer).toBe(people.length);
  });

  it('are not named by a list that waited for its turn to call Optimove: it is given up, and says why', async () => {
    await addPeople();
    await stage.run();
    await stage.database.query(`UPDATE profile SET email_subscription = 'UNSUBSCRIBED' WHERE user_id = 'P1'`);
    stage.peer.forgetPosts();
    const budget = await stage.openTransaction();
    await budget.query('SELECT 1 FROM optimove_call_budget FOR UPDATE');
    const running = stage.run();
    await eventually('the list waits for its turn', async () => {
      const waiting = await stage.database.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
           AND query LIKE '%optimove_call_budget%'`,
      );
      return waiting.length > 0;
    });
    await setAttribute('LOGIN');
    await budget.query('COMMIT');
    await budget.end();
    await running;
    expect(stage.peer.posts).toEqual([]);
    const [last] = await stage.database.query('SELECT outcome, error FROM subscription_post ORDER BY id DESC LIMIT 1');
    expect(last).toEqual({ outcome: 'UNANSWERED', error: expect.stringContaining('was changed before it went out') });
    await stage.runLater();
    expect(stage.peer.posts).toEqual([]);
  });

  it('are matched anew to be named, whatever became of the news of the change', async () => {
    await setAttribute('LOGIN');
    await addPeople();
    await match();
    await stage.run();
    expect(stage.stateOf('theirs-P1')).toEqual({ [channels.email]: subscribed });
    await stage.database.query('DELETE FROM outbox_message');
    await move();
    await stage.run();
    await stage.runLater();
    expect(named(next)).toEqual([]);
    await match();
    await stage.runLater();
    expect(named(next)).toEqual(people.map((each) => `theirs-${each}`));
  });

  it('are nobody’s customers by a match that was begun before', async () => {
    await setAttribute('LOGIN');
    await addPeople();
    const connection = await stage.app.get(ConnectionsService).get(stage.projectId, connectionId);
    await move();
    const customers = [{ seq: 1, customerId: 'theirs-P1', userIdValue: 'P1', mobileNumberValue: null }];
    const wanted = { connection, executionId: randomUUID(), customers };
    await stage.app.get(Transactions).run((tx) => stage.app.get(MatchingService).match(tx, wanted));
    await stage.run();
    await stage.runLater();
    expect(named(next)).toEqual([]);
  });
});
