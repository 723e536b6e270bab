import { channels, type SubscriptionStage, setSubscriptionStage } from './subscription-stage';

const unsubscribed = 2;

let stage: SubscriptionStage;
let connectionId: string;

beforeEach(async () => {
  stage = await setSubscriptionStage();
  connectionId = await stage.connectChannels('main');
  await stage.database.query(
    `INSERT INTO profile (id, project_id, user_id, email, email_subscription)
     SELECT gen_random_uuid(), $1, 'C' || n, 'c' || n || '@example.com', 'SUBSCRIBED' FROM generate_series(1, 600) n`,
    [stage.projectId],
  );
  await stage.allow();
  await stage.turnOn(connectionId);
}, 60_000);
afterEach(() => stage.close());

const emailTarget = async () => (await stage.show(connectionId)).targets.find(({ medium }) => medium === 'EMAIL');

describe('a list that Optimove refuses for some of its customers', () => {
  it('is halved no further once another worker has taken over, which has said something newer by then', async () => {
    const { peer } = stage;
    let calls = 0;
    let changed = '';
    peer.behaviour = async ({ CustomerIDs }) => {
      calls += 1;
      const isWhole = calls === 1;
      if (isWhole) changed = CustomerIDs.findLast((id) => id !== 'C77') ?? '';
      if (calls === 4) {
        await stage.run();
        await stage.database.query(`UPDATE profile SET email_subscription = 'UNSUBSCRIBED' WHERE user_id = $1`, [
          changed,
        ]);
        await stage.runLater();
        expect(stage.stateOf(changed)).toEqual({ [channels.email]: unsubscribed });
      }
      return CustomerIDs.includes('C77') ? 400 : 200;
    };
    await stage.run();
    expect(stage.stateOf(changed)).toEqual({ [channels.email]: unsubscribed });
    expect(await emailTarget()).toMatchObject({ owed: 0, acknowledged: 599, refused: 1 });
  });

  it('is left when the time is up, and goes on in shorter ones, until everybody was told', async () => {
    const { peer } = stage;
    const started = performance.now.bind(performance);
    let laterMs = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => started() + laterMs);
    const isRefused = (ids: string[]): boolean => ids.includes('C77') || ids.includes('C540');
    peer.behaviour = ({ CustomerIDs }) => {
      if (peer.posts.length === 3) laterMs += 60_000;
      return isRefused(CustomerIDs) ? 400 : 200;
    };
    await stage.run();
    clock.mockRestore();
    expect(peer.posts.length).toBe(3);
    expect((await emailTarget())?.refused).toBe(0);
    peer.forgetPosts();
    peer.behaviour = ({ CustomerIDs }) => (isRefused(CustomerIDs) ? 400 : 200);
    await stage.run();
    expect(peer.posts[0]?.CustomerIDs).toHaveLength(19);
    expect(Math.max(...peer.posts.map(({ CustomerIDs }) => CustomerIDs.length))).toBeGreaterThan(19);
    expect(await emailTarget()).toMatchObject({ owed: 0, acknowledged: 598, refused: 2 });
    const { data } = await stage.ask(
      `query ($id: ID!) { subscriptionPosts(connectionId: $id, first: 100) { nodes { outcome customers error } } }`,
      { id: connectionId },
    );
    const { nodes } = (data as { subscriptionPosts: { nodes: object[] } }).subscriptionPosts;
    expect(nodes.at(-1)).toMatchObject({
      outcome: 'REFUSED',
      customers: 600,
      error: expect.stringContaining('no time'),
    });
  });
});
