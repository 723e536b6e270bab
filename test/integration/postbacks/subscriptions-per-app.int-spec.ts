import { newId } from '@libs/foundation';
import { channels, type SubscriptionStage, setSubscriptionStage } from './subscription-stage';

const subscribed = 1;
const unsubscribed = 2;
const [casino, sports, other] = [newId(), newId(), newId()];
const [campaign, second] = [newId(), newId()];

let stage: SubscriptionStage;
let connectionId: string;

beforeEach(async () => {
  stage = await setSubscriptionStage();
  connectionId = await stage.connectChannels('main');
}, 60_000);
afterEach(() => stage.close());

const offer = (appId: string, state?: string, campaignId = campaign) =>
  stage.offer(connectionId, campaignId, { channel: channels.mobile, appId, state });

async function turnedOn(): Promise<void> {
  await stage.allow();
  await stage.turnOn(connectionId);
  await stage.run();
}

/** What Optimove has of a customer: on the mobile channel as a whole, and under each app. */
function told(customerId: string): Record<string, number | undefined> {
  const of = (place: string) => stage.peer.states.get(`${place} ${customerId}`);
  return {
    all: of(`${channels.mobile}`),
    casino: of(`${channels.mobile}/${casino}`),
    sports: of(`${channels.mobile}/${sports}`),
  };
}

const setDevice = (userId: string, appId: string, change: string) =>
  stage.database.query(
    `UPDATE device SET ${change} WHERE app_id = $2 AND profile_id = (SELECT id FROM profile WHERE user_id = $1)`,
    [userId, appId],
  );

const phone = (appId?: string, subscription?: string) => ({ platform: 'ANDROID' as const, appId, subscription });

describe('subscription status per app', () => {
  it('tells each app on a channel of the people with a device of that app, and the channel of everyone', async () => {
    await stage.add([
      { userId: 'both', devices: [phone(casino), phone(sports, 'UNSUBSCRIBED')] },
      { userId: 'two', devices: [phone(casino, 'UNSUBSCRIBED'), phone(casino)] },
      { userId: 'sports', devices: [phone(sports)] },
      { userId: 'other', devices: [phone(other)] },
      { userId: 'none', devices: [phone()] },
      { userId: 'browser', devices: [{ platform: 'WEB', appId: casino }] },
      { userId: 'dead', devices: [{ ...phone(casino), isDead: true }, phone()] },
    ]);
    await offer(casino);
    await offer(sports, 'PUBLISHED', second);
    await turnedOn();
    expect(Object.fromEntries(['both', 'two', 'sports', 'other', 'none', 'dead'].map((id) => [id, told(id)]))).toEqual({
      both: { all: subscribed, casino: subscribed, sports: unsubscribed },
      two: { all: subscribed, casino: subscribed },
      sports: { all: subscribed, sports: subscribed },
      other: { all: subscribed },
      none: { all: subscribed },
      dead: { all: subscribed, casino: unsubscribed },
    });
    expect(told('browser')).toEqual({});
    expect(stage.peer.states.get(`${channels.web} browser`)).toBe(subscribed);
    expect(new Set(stage.peer.posts.map(({ AppID }) => AppID))).toEqual(new Set([null, casino, sports]));
    expect((await stage.show(connectionId)).state).toBe('UP_TO_DATE');
  });

  it('tells an app of what changed on its devices alone, each person once', async () => {
    await stage.add([
      { userId: 'A1', devices: [phone(casino), phone(sports)] },
      { userId: 'A2', devices: [phone(casino)] },
    ]);
    await offer(casino);
    await offer(sports, 'PUBLISHED', second);
    await turnedOn();
    stage.peer.forgetPosts();
    await setDevice('A1', casino, `push_subscription = 'UNSUBSCRIBED'`);
    await setDevice('A1', casino, `push_subscription = 'SUBSCRIBED'`);
    await setDevice('A1', casino, `push_subscription = 'UNSUBSCRIBED'`);
    await setDevice('A2', casino, `app_id = '${sports}'`);
    await stage.run();
    expect(
      stage.peer.posts.flatMap(({ ChannelID, CommunicationMode, CustomerIDs, AppID }) =>
        CustomerIDs.map((id) => `${id} ${ChannelID} ${AppID} ${CommunicationMode}`).sort(),
      ),
    ).toEqual([
      `A1 ${channels.mobile} ${casino} ${unsubscribed}`,
      `A2 ${channels.mobile} ${casino} ${unsubscribed}`,
      `A2 ${channels.mobile} ${sports} ${subscribed}`,
    ]);
  });

  it('holds nothing back of one app while what was said of another has no answer, and then says the newest', async () => {
    await stage.add([{ userId: 'A1', devices: [phone(casino), phone(sports)] }]);
    await offer(casino);
    await offer(sports, 'PUBLISHED', second);
    await turnedOn();
    stage.peer.behaviour = ({ AppID }) => (AppID === casino ? 'cut-after' : 200);
    await setDevice('A1', casino, `push_subscription = 'UNSUBSCRIBED'`);
    await stage.run();
    stage.peer.forgetPosts();
    await setDevice('A1', casino, `push_subscription = 'SUBSCRIBED'`);
    await setDevice('A1', sports, `push_subscription = 'UNSUBSCRIBED'`);
    await stage.run();
    expect(stage.peer.posts.map(({ AppID }) => AppID)).toEqual([sports]);
    await stage.runLater();
    expect(told('A1')).toEqual({ all: subscribed, casino: subscribed, sports: unsubscribed });
  });

  it('begins when Optimove has taken the app, goes on while its template is renamed, and ends with its last template', async () => {
    await stage.add([{ userId: 'A1', devices: [phone(casino)] }]);
    await offer(casino, 'PENDING');
    await turnedOn();
    expect(told('A1')).toEqual({ all: subscribed });
    await offer(casino);
    stage.peer.forgetPosts();
    await stage.run();
    await stage.run();
    expect(stage.peer.posts).toMatchObject([{ ChannelID: channels.mobile, AppID: casino, CustomerIDs: ['A1'] }]);
    await offer(casino, 'PENDING');
    await setDevice('A1', casino, `push_subscription = 'UNSUBSCRIBED'`);
    await stage.run();
    expect(told('A1')).toEqual({ all: unsubscribed, casino: unsubscribed });
    await offer(casino, 'WITHDRAWING');
    await setDevice('A1', casino, `push_subscription = 'SUBSCRIBED'`);
    await stage.run();
    expect(told('A1')).toEqual({ all: subscribed, casino: unsubscribed });
    expect((await stage.show(connectionId)).state).toBe('UP_TO_DATE');
  });

  it('tells an app that is back of everyone again, because it had left Optimove', async () => {
    await stage.add([{ userId: 'A1', devices: [phone(casino)] }]);
    await offer(casino);
    await turnedOn();
    await offer(casino, 'WITHDRAWN');
    await stage.run();
    stage.peer.states.clear();
    await offer(casino);
    await stage.run();
    await stage.run();
    expect(told('A1')).toMatchObject({ casino: subscribed });
  });

  it('shows the app of targets, of posts and of what was said about a customer', async () => {
    await stage.add([{ userId: 'A1', devices: [phone(casino)] }]);
    await offer(casino);
    await turnedOn();
    const { data } = await stage.ask(
      `query ($id: ID!) {
        subscriptionPostback(connectionId: $id) { targets { medium appId owed acknowledged } }
        subscriptionPosts(connectionId: $id, first: 5) { nodes { appId outcome } }
        customerSubscriptions(connectionId: $id, customerId: "A1") { appId acknowledged } }`,
      { id: connectionId },
    );
    const { subscriptionPostback, subscriptionPosts, customerSubscriptions } = data as Record<string, never>;
    expect(subscriptionPostback).toMatchObject({
      targets: expect.arrayContaining([
        { medium: 'MOBILE_PUSH', appId: null, owed: 0, acknowledged: 1 },
        { medium: 'MOBILE_PUSH', appId: casino, owed: 0, acknowledged: 1 },
      ]),
    });
    expect(subscriptionPosts).toEqual({
      nodes: expect.arrayContaining([
        { appId: casino, outcome: 'ACKNOWLEDGED' },
        { appId: null, outcome: 'ACKNOWLEDGED' },
      ]),
    });
    expect(customerSubscriptions).toEqual([
      { appId: null, acknowledged: 'SUBSCRIBED' },
      { appId: casino, acknowledged: 'SUBSCRIBED' },
    ]);
  });
});
