/** @once because what a scope stops is read from PostgreSQL before each slice; that a worker heeds it, and that the chunks of a killed one go on, show stop and crash on both back ends. */
import { createHash, randomUUID } from 'node:crypto';
import {
  addProviders,
  type CampaignStage,
  countOf,
  type FunnelAnswer,
  launchCampaign,
  mutate,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
  tryMutation,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { startHost } from '../support/host';
import { type Product, startProduct } from '../support/product';

const push = { mobilePush: { title: 'Hello {{ FirstName }}', body: 'A bonus of {{ BonusAmount }}' } };
const text = { sms: { from: 'Example', text: 'Hi {{ FirstName }}' } };
/** So many that one execution, at its pace, is in its middle at every stop. */
const many = 2_500;
const messagesPerSecond = 200;
const few = 20;

/** Somebody whom a switch is not for, with people who are not sent to yet. */
interface Bystander {
  product: Product;
  stage: CampaignStage;
}

describe('sending switched off in the middle of an execution', () => {
  let product: Product;
  let execution: string;
  let announced: number;
  let seeds = 0;
  const idOf: Record<string, string> = {};
  let otherProject: Bystander;
  let otherConnection: Bystander;
  let otherChannel: Bystander;

  beforeAll(async () => {
    product = await startProduct();
    await addProviders(product);
    const stage = await stageCampaign(product, { content: push, name: 'Main' });
    otherProject = await anotherProject();
    otherConnection = { product, stage: await stageCampaign(product, { content: text, name: 'Other' }) };
    otherChannel = { product, stage: await anotherChannel(stage) };
    const [project, account] = await Promise.all([ofQuery('project { id }'), pacedAccount()]);
    Object.assign(idOf, { PROJECT: project, CONNECTION: stage.connectionId, CHANNEL: stage.channelId });
    idOf.PROVIDER_ACCOUNT = account;
    const plan = await people(product, stage, many);
    announced = plan.announced;
    await runAtOptimove(product, stage, plan.id);
    execution = await eventually('the execution runs', async () => {
      const { executions } = await product.graphql<{ executions: { nodes: { id: string }[] } }>(
        'query ($id: ID!) { executions(first: 1, connectionId: $id, state: RUNNING) { nodes { id } } }',
        { id: stage.connectionId },
      );
      return executions.nodes[0]?.id;
    });
  });
  afterAll(() => product?.stop());

  const people = (of: Product, stage: CampaignStage, count: number) => {
    seeds += 1;
    return planWithPeople(of, stage, { count, seed: seeds });
  };
  const ofQuery = async (selection: string): Promise<string> =>
    Object.values(await product.graphql<Record<string, { id: string }>>(`{ ${selection} }`))[0]?.id ?? '';

  async function ofProvider(key: string): Promise<{ id: string; version: number }> {
    const { providerAccounts } = await product.graphql<{
      providerAccounts: { id: string; provider: string; version: number }[];
    }>('{ providerAccounts { id provider version } }');
    const { id, version } = providerAccounts.find(({ provider }) => provider === key) ?? { id: '', version: 0 };
    return { id, version };
  }

  async function pacedAccount(): Promise<string> {
    const account = { ...(await ofProvider('fcm')), messagesPerSecond };
    await mutate(
      product.graphql,
      'updateProviderAccount',
      'UpdateProviderAccountInput',
      'providerAccount { id }',
      account,
    );
    return account.id;
  }

  async function anotherChannel(stage: CampaignStage): Promise<CampaignStage> {
    const input = { connectionId: stage.connectionId, kind: 'WEB_PUSH', name: 'Xtremepush Web' };
    const { channel } = await mutate<{ channel: { id: string } }>(
      product.graphql,
      'addChannel',
      'AddChannelInput',
      'channel { id }',
      input,
    );
    const campaign = await launchCampaign(product.graphql, { channelId: channel.id, name: 'Web', content: text });
    const channels = stage.tenant.channels.filter(({ name }) => name === input.name);
    return { ...stage, ...campaign, channelId: channel.id, tenant: { ...stage.tenant, channels } };
  }

  async function anotherProject(): Promise<Bystander> {
    const [projectId, key] = [randomUUID(), 'xpo_other'];
    await product.database.query(`INSERT INTO project (id, name) VALUES ($1, 'Other')`, [projectId]);
    await product.database.query(
      `INSERT INTO api_key (id, project_id, label, role, key_hash, hint) VALUES ($1, $2, 'Other', 'ADMIN', $3, 'x')`,
      [randomUUID(), projectId, createHash('sha256').update(key).digest('hex')],
    );
    const other = product.as(key);
    await addProviders(other);
    return { product: other, stage: await stageCampaign(other, { content: text, name: 'Other project' }) };
  }

  const sink = () => product.farEnds.inbox.report(0);
  const someMore = async (): Promise<void> => {
    const before = sink().mobilePush.received;
    await eventually('messages are on their way', () => sink().mobilePush.received >= before + 100);
  };
  const switchOff = async (scope: string): Promise<number> => {
    const input = { scope, scopeId: idOf[scope], reason: 'Wrong offer' };
    const answer = await mutate<{ handedOver: number }>(
      product.graphql,
      'switchSendingOff',
      'SwitchSendingOffInput',
      'handedOver',
      input,
    );
    return answer.handedOver;
  };
  const switchOn = (scope: string) =>
    mutate(product.graphql, 'switchSendingOn', 'SendingScopeInput', 'stops { scope }', { scope, scopeId: idOf[scope] });
  const now = async (): Promise<string> =>
    (await product.database.query<{ at: string }>('SELECT clock_timestamp()::text AS at'))[0]?.at ?? '';
  const claimedAfter = (at: string): Promise<unknown[]> =>
    product.database.query('SELECT 1 FROM delivery WHERE execution_id = $1 AND claimed_at > $2::timestamptz LIMIT 1', [
      execution,
      at,
    ]);
  /** Claimed when the switch was told and not handed over, because it took too long from the decision to the socket. */
  const givenBack = async (): Promise<number> =>
    (
      await product.database.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM delivery WHERE execution_id = $1 AND state = 'RETRY' AND reason = 'RELEASED'`,
        [execution],
      )
    )[0]?.count ?? 0;
  const everyChunkIsLetGo = () =>
    eventually('every chunk is let go', async () => {
      const held = await product.database.query(
        `SELECT 1 FROM execution_chunk WHERE execution_id = $1 AND state = 'PENDING' AND held_until > now()`,
        [execution],
      );
      return held.length === 0;
    });
  /** Has an execution of theirs run from its beginning to its end. */
  const sendAll = async ({ product: theirs, stage }: Bystander): Promise<void> => {
    const before = sink().sms.received;
    const plan = await people(theirs, stage, few);
    await runAtOptimove(theirs, stage, plan.id);
    await eventually('they get theirs', () => sink().sms.received === before + plan.announced);
  };

  it.each([
    ['PROJECT', 'project', () => otherProject],
    ['CONNECTION', 'connection', () => otherConnection],
    ['CHANNEL', 'channel of the connection', () => otherChannel],
    ['PROVIDER_ACCOUNT', 'account', () => otherChannel],
  ])(
    'for a %s says how many had gone, lets out no more, and another %s sends meanwhile',
    async (scope, _, bystander) => {
      await someMore();
      const told = await switchOff(scope);
      const at = await now();
      await everyChunkIsLetGo();
      const gone = sink().mobilePush.received;
      await sendAll(bystander());

      expect(await claimedAfter(at)).toEqual([]);
      expect(sink().mobilePush.received).toBe(gone);
      expect(told).toBeGreaterThan(0);
      expect(told).toBeLessThanOrEqual(gone + (await givenBack()));
      expect(await switchOff(scope)).toBe(gone);
      expect(gone).toBeLessThan(announced);
      await switchOn(scope);
    },
  );

  it('stays off when the workers are killed and start again', async () => {
    await someMore();
    await switchOff('PROJECT');
    await everyChunkIsLetGo();
    const gone = sink().mobilePush.received;
    await product.hosts.worker.kill();
    product.hosts.worker = await startHost('worker', product.env);
    await sendAll(otherProject);

    expect(sink().mobilePush.received).toBe(gone);
    expect(gone).toBeLessThan(announced);
    await switchOn('PROJECT');
  });

  it('does not lose its provider account: deleting that is refused and says why, deleting another is not', async () => {
    const remove = (id: string | undefined) =>
      tryMutation(product.graphql, 'deleteProviderAccount', 'DeleteProviderAccountInput', 'deletedId', { id });
    expect(await remove(idOf.PROVIDER_ACCOUNT)).toEqual({
      deletedId: null,
      userErrors: [
        { code: 'IN_USE', path: ['id'], message: expect.stringContaining(`"Main" (execution ${execution})`) },
      ],
    });
    const unused = await ofProvider('smtp');
    expect(await remove(unused.id)).toEqual({ deletedId: unused.id, userErrors: [] });
  });

  it('loses nobody and sends to nobody twice: switched on again, each customer ends as sent', async () => {
    const { state, funnel } = await eventually(
      'the execution completes',
      async () => {
        const { execution: found } = await product.graphql<{ execution: { state: string; funnel: FunnelAnswer } }>(
          'query ($id: ID!) { execution(id: $id) { state funnel { received ended endStates { state count } } } }',
          { id: execution },
        );
        return found.state === 'COMPLETED' ? found : null;
      },
      120_000,
    );
    expect({ state, ended: funnel.ended, sent: countOf(funnel, 'SENT') }).toEqual({
      state: 'COMPLETED',
      ended: announced,
      sent: announced,
    });
    expect(sink().mobilePush).toMatchObject({ received: announced, duplicates: 0 });
  });
});
