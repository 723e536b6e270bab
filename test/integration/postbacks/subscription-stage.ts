import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { RunSubscriptions } from '../../../src/postbacks/subscriptions/run-subscriptions';
import { PreferencePeer } from './preference-peer';
import { type Stage, setStage } from './stage';

/** A person as a test describes them; what is absent is not there. */
export interface Person {
  userId: string;
  email?: string;
  emailSubscription?: string;
  number?: string;
  smsSubscription?: string;
  devices?: { platform: 'ANDROID' | 'WEB'; subscription?: string; isDead?: boolean; appId?: string }[];
}

/** Numbers of the channels that every connection of the stage has. */
export const channels = { mobile: 506, web: 507, sms: 444, email: 600 };

const view = `subscriptionPostback { version state isOn confirmedBy taskId withoutCustomer
  targets { medium optimoveChannelId owed acknowledged refused lastError } } userErrors { code path message }`;

interface Answer {
  subscriptionPostback: {
    version: number;
    state: string;
    isOn: boolean;
    confirmedBy: string | null;
    taskId: string | null;
    withoutCustomer: number;
    targets: { medium: string; owed: number; acknowledged: number; refused: number; lastError: string | null }[];
  };
  userErrors: { code: string; path: string[]; message: string }[];
}

/** A project that posts subscription status to a peer. */
export interface SubscriptionStage extends Stage {
  peer: PreferencePeer;
  projectId: string;
  supportKey: string;
  /** Asks with another key. */
  askAs(key: string, query: string, variables?: object): ReturnType<Stage['ask']>;
  /** Connects to the peer, with the four channels. */
  connectChannels(name: string): Promise<string>;
  /** Says where a campaign of the connection stands that is offered under an app on a channel. */
  offer(
    connectionId: string,
    campaignId: string,
    under: { channel: number; appId: string; state?: string },
  ): Promise<void>;
  allow(isAllowed?: boolean): ReturnType<Stage['ask']>;
  set(connectionId: string, input?: object): Promise<Answer>;
  postAll(connectionId: string): Promise<Answer>;
  /** Switches it on with a confirmed mapping, and e-mail on channel 600. */
  turnOn(connectionId: string): Promise<void>;
  show(connectionId: string): Promise<Answer['subscriptionPostback']>;
  add(people: Person[]): Promise<void>;
  /** One run of the clock. */
  run(): Promise<void>;
  /** Runs with every doubt and hold over. */
  runLater(): Promise<void>;
  /** Another session with an open transaction; who opens it ends it. */
  openTransaction(): Promise<Client>;
  /** The peer's state of a customer by channel. */
  stateOf(customerId: string): Record<number, number>;
}

/** Builds the stage on a database of its own; the clock runs only where a test asks it to. */
export async function setSubscriptionStage(): Promise<SubscriptionStage> {
  const stage = await setStage();
  const peer = await PreferencePeer.start();
  const { database, app } = stage;
  const [project] = await database.query<{ id: string }>('SELECT id FROM project');
  const projectId = project?.id ?? '';
  const { ProjectsService } = await import('@modules/projects');
  const { Transactions } = await import('@libs/platform');
  const support = await app
    .get(Transactions)
    .run((tx) => app.get(ProjectsService).addKey(tx, { projectId, label: 'Support', role: 'SUPPORT' }));
  const url = await app.getUrl();
  const askAs: SubscriptionStage['askAs'] = async (key, query, variables = {}) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query, variables });
    return (await (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).json()) as never;
  };
  const payloadOf = async (asked: ReturnType<Stage['ask']>): Promise<Answer> => {
    const { data, errors } = await asked;
    if (errors) throw new Error(JSON.stringify(errors));
    return (data as { payload: Answer }).payload;
  };
  const show: SubscriptionStage['show'] = async (connectionId) => {
    const { data, errors } = await stage.ask(
      `query ($connectionId: ID!) { subscriptionPostback(connectionId: $connectionId) { version state isOn confirmedBy
        taskId withoutCustomer targets { medium optimoveChannelId owed acknowledged refused lastError } } }`,
      { connectionId },
    );
    if (errors) throw new Error(JSON.stringify(errors));
    return (data as Answer).subscriptionPostback;
  };
  const set: SubscriptionStage['set'] = async (connectionId, input = {}) => {
    const { version } = await show(connectionId);
    const document = `mutation ($input: SetSubscriptionPostbackInput!) { payload: setSubscriptionPostback(input: $input) { ${view} } }`;
    return payloadOf(stage.ask(document, { input: { connectionId, version, ...input } }));
  };
  const run = () => app.get(RunSubscriptions).run(projectId);
  return {
    ...stage,
    peer,
    projectId,
    supportKey: support.key,
    askAs,
    show,
    set,
    run,
    offer: async (connectionId, campaignId, { channel, appId, state = 'PUBLISHED' }) => {
      await database.query(
        `INSERT INTO template_publication (id, project_id, campaign_id, connection_id, channel_id, optimove_channel_id,
           optimove_template_id, template_name, version_id, apps, state)
         SELECT gen_random_uuid(), project_id, $2, connection_id, id, optimove_channel_id, 7731, 'Spring', $2, $3::jsonb, $4
         FROM channel WHERE connection_id = $1 AND optimove_channel_id = $5
         ON CONFLICT (project_id, campaign_id, channel_id) DO UPDATE SET apps = excluded.apps, state = excluded.state`,
        [connectionId, campaignId, JSON.stringify([{ id: appId, name: 'App' }]), state, channel],
      );
    },
    allow: (isAllowed = true) =>
      askAs(
        support.key,
        `mutation ($input: AllowSubscriptionPostbackInput!) { allowSubscriptionPostback(input: $input) { isAllowed } }`,
        { input: { isAllowed } },
      ),
    postAll: (connectionId) =>
      payloadOf(
        stage.ask(
          `mutation ($input: PostAllSubscriptionsInput!) { payload: postAllSubscriptions(input: $input) { ${view} } }`,
          { input: { connectionId } },
        ),
      ),
    connectChannels: async (name) => {
      const { data } = await stage.ask(
        `mutation ($input: CreateConnectionInput!) { payload: createConnection(input: $input) { connection { id } } }`,
        { input: { name, endpoint: peer.endpoint, apiToken: `token-${name}`, callsPerSecond: 1000 } },
      );
      const connectionId = (data as { payload: { connection: { id: string } } }).payload.connection.id;
      const kinds = { MOBILE_PUSH: channels.mobile, WEB_PUSH: channels.web, SMS_SUBSCRIPTION: channels.sms };
      for (const [kind, number] of Object.entries(kinds)) {
        await database.query(
          `INSERT INTO channel (id, project_id, connection_id, kind, name, optimove_channel_id, state)
           VALUES ($1, $2, $3, $4, $4, $5, 'ACTIVE')`,
          [randomUUID(), projectId, connectionId, kind, number],
        );
      }
      return connectionId;
    },
    turnOn: async (connectionId) => {
      const { userErrors } = await set(connectionId, {
        isOn: true,
        isMappingConfirmed: true,
        emailChannelId: channels.email,
      });
      if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
    },
    add: async (people) => {
      for (const person of people) {
        const id = randomUUID();
        await database.query(
          `INSERT INTO profile (id, project_id, user_id, email, mobile_number, email_subscription, sms_subscription)
           VALUES ($1, $2, $3, $4, $5, $6, $7)`,
          [
            id,
            projectId,
            person.userId,
            person.email ?? null,
            person.number ?? null,
            person.emailSubscription ?? 'NOT_SET',
            person.smsSubscription ?? 'NOT_SET',
          ],
        );
        for (const { platform, subscription = 'NOT_SET', isDead = false, appId = null } of person.devices ?? []) {
          await database.query(
            `INSERT INTO device (id, project_id, profile_id, token, platform, push_subscription, is_addressable, app_id)
             VALUES ($1, $2, $3, $1::uuid::text, $4, $5, $6, $7)`,
            [randomUUID(), projectId, id, platform, subscription, !isDead, appId],
          );
        }
      }
    },
    runLater: async () => {
      await database.query('UPDATE subscription_status SET next_try_at = now()');
      await database.query('UPDATE subscription_target SET held_until = NULL');
      await run();
    },
    openTransaction: async () => {
      const client = new Client({ connectionString: database.url });
      await client.connect();
      await client.query('BEGIN');
      return client;
    },
    stateOf: (customerId) =>
      Object.fromEntries(
        Object.values(channels).flatMap((channel) => {
          const mode = peer.states.get(`${channel} ${customerId}`);
          return mode === undefined ? [] : [[channel, mode]];
        }),
      ),
    close: async () => {
      await stage.close();
      await peer.close();
    },
  };
}
