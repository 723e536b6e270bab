/** @once because progress is told by NOTIFY of PostgreSQL whatever the queues are on. */
import { createClient } from 'graphql-ws';
import { WebSocket } from 'undici';
import {
  addProviders,
  type CampaignStage,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { type Product, startProduct } from '../support/product';

interface Progress {
  state: string;
  ratePerSecond: number;
  funnel: { received: number; ended: number; sent: number; inProgress: number };
}

const document = `subscription ($id: ID!) { executionProgress(id: $id) {
  state ratePerSecond funnel { received ended sent inProgress } } }`;

describe('following an execution', () => {
  let product: Product;
  let stage: CampaignStage;
  let executionId: string;

  beforeAll(async () => {
    product = await startProduct();
    await addProviders(product);
    await product.control('PUT', '/far-ends/mobilePush/delay', { ms: 200 });
    const content = { mobilePush: { title: 'Hello', body: 'A bonus for {{ FirstName }}' } };
    stage = await stageCampaign(product, { content });
    const campaign = await planWithPeople(product, stage, { count: 9_000 });
    await runAtOptimove(product, stage, campaign.id);
    executionId = await eventually('it is announced', async () => {
      const { executions } = await product.graphql<{ executions: { nodes: { id: string }[] } }>(
        'query ($id: ID!) { executions(first: 1, connectionId: $id) { nodes { id } } }',
        { id: stage.connectionId },
      );
      return executions.nodes[0]?.id;
    });
  });
  afterAll(() => product?.stop());

  const clientOf = (key: string) =>
    createClient({
      url: `${product.apiUrl.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${key}` },
      retryAttempts: 0,
    });
  const follow = async (id: string, key = product.apiKey, query = document) => {
    const client = clientOf(key);
    const seen: Progress[] = [];
    const errors: { message: string }[] = [];
    try {
      for await (const { data, errors: found } of client.iterate<{ executionProgress: Progress }>({
        query,
        variables: { id },
      })) {
        if (data) seen.push(data.executionProgress);
        if (found) errors.push(...found);
      }
    } catch (error) {
      errors.push(
        ...(Array.isArray(error) ? error : [{ message: String((error as { reason?: string }).reason ?? error) }]),
      );
    }
    await client.dispose();
    return { seen, errors };
  };

  it('shows a funnel that only grows, and ends with the last one', async () => {
    const { seen, errors } = await follow(executionId);
    expect(errors).toEqual([]);
    const running = seen.filter(({ state }) => state === 'RUNNING');
    expect(running.length).toBeGreaterThan(1);
    expect(running.some(({ ratePerSecond }) => ratePerSecond > 0)).toBe(true);
    seen.slice(1).forEach((progress, index) => {
      expect(progress.funnel.ended).toBeGreaterThanOrEqual(seen[index]?.funnel.ended ?? 0);
    });
    const { execution } = await product.graphql<{ execution: Progress }>(
      'query ($id: ID!) { execution(id: $id) { state funnel { received ended sent inProgress } } }',
      { id: executionId },
    );
    expect(seen.at(-1)).toMatchObject(execution);
    expect(seen.at(-1)).toMatchObject({ state: 'COMPLETED', funnel: { received: 9_000, inProgress: 0 } });
  });

  it('is refused without a key, for an execution that is not there, and for anything but subscriptions', async () => {
    expect((await follow(executionId, 'wrong')).errors).not.toEqual([]);
    const other = await follow('0193a5c2-7b1e-7c3d-8f00-1234567890ab');
    expect(other.seen).toEqual([]);
    expect(JSON.stringify(other.errors)).toContain('no such execution');
    const asked = await follow(executionId, product.apiKey, '{ executions(first: 1) { nodes { id } } }');
    expect(JSON.stringify(asked.errors)).toContain('Only subscriptions');
  });
});
