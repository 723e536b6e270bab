/** @once because calls are refused or journalled before anything is queued. */
import {
  addProviders,
  type CampaignStage,
  completedExecution,
  countOf,
  mutate,
  planWithPeople,
  stageCampaign,
  tryMutation,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { type Product, startProduct } from '../support/product';

const event3 = JSON.stringify({ EventTypeID: 3, TimeStamp: '2026-05-04 05:04:54' });
const optimoves = '203.0.113.7';

describe('who may call back', () => {
  let product: Product;
  let stage: CampaignStage;
  let listener: string;

  beforeAll(async () => {
    product = await startProduct({ env: { TRUSTED_PROXIES: '127.0.0.0/8' } });
    await addProviders(product);
    stage = await stageCampaign(product, { content: { mobilePush: { title: 'Hello', body: 'A bonus' } } });
    const listeners = await product.control<{ listenerUrl: string }[]>('GET', `/tenants/${stage.tenant.id}/listeners`);
    listener = listeners.find(({ listenerUrl }) => listenerUrl.endsWith('/event-13'))?.listenerUrl ?? '';
  });
  afterAll(() => product?.stop());

  const call = async (url: string, from: string): Promise<number> =>
    (await fetch(url, { method: 'POST', body: event3, headers: { 'x-forwarded-for': from } })).status;
  const allow = async (callbackAddresses: string[]) => {
    const { connection } = await product.graphql<{ connection: { version: number } }>(
      'query ($id: ID!) { connection(id: $id) { version } }',
      { id: stage.connectionId },
    );
    return tryMutation<{ connection: { callbackAddresses: string[] } | null }>(
      product.graphql,
      'updateConnection',
      'UpdateConnectionInput',
      'connection { callbackAddresses }',
      { id: stage.connectionId, version: connection.version, callbackAddresses },
    );
  };
  const renew = () =>
    mutate<{ url: string }>(product.graphql, 'renewEngagementWebhook', 'ConnectionIdInput', 'url', {
      id: stage.connectionId,
    });

  it('is everybody with the secret, until the connection names addresses', async () => {
    expect(await call(listener, '198.51.100.1')).toBe(200);
    const wrong = await allow([optimoves, 'optimove.net']);
    expect(wrong.userErrors).toMatchObject([{ code: 'INVALID', path: ['callbackAddresses', '1'] }]);

    const { connection } = await allow(['203.0.113.0/24']);
    expect(connection).toEqual({ callbackAddresses: ['203.0.113.0/24'] });
    await eventually('strangers are refused', async () => (await call(listener, '198.51.100.1')) === 403);
    expect(await call(listener, optimoves)).toBe(200);
    expect(await call(listener, `198.51.100.1, ${optimoves}`)).toBe(200);
    expect(await call(listener, `${optimoves}, 198.51.100.1`)).toBe(403);
  });

  it('is told in the journal, where a wrong list shows', async () => {
    await allow([]);
    await eventually('everybody may call again', async () => (await call(listener, '198.51.100.1')) === 200);
    for (let more = 0; more < 10; more += 1) await call(listener, optimoves);
    const { all, refused } = await product.graphql<Record<'all' | 'refused', { nodes: { id: string }[] }>>(
      `query ($id: ID!) {
        all: callbackJournal(connectionId: $id, first: 50) { nodes { id } }
        refused: callbackJournal(connectionId: $id, first: 1, outcome: REFUSED) { nodes { id outcome reason } }
      }`,
      { id: stage.connectionId },
    );
    expect(refused.nodes).toMatchObject([
      { outcome: 'REFUSED', reason: expect.stringContaining('It came from 198.51.100.1') },
    ]);
    const ids = all.nodes.map(({ id }) => Number(id));
    expect(ids).toEqual([...ids].sort((one, other) => other - one));
  });

  it('is Optimove at the address that a person entered there, until it is renewed', async () => {
    const { url: first } = await renew();
    const { url } = await renew();
    expect(url).toMatch(/\/callbacks\/optimove\/[^/]+\/[\w-]{32}\/event-14$/);
    expect(await call(url.replace(/event-14$/, 'event-13'), optimoves)).toBe(404);
    await eventually('the earlier address is closed', async () => (await call(first, optimoves)) === 404);
    await eventually('the new address is open', async () => (await call(url, optimoves)) === 200);

    const { id, announced } = await planWithPeople(product, stage, { count: 20, seed: 9 });
    const webhook = { channelId: 506, url, rowsPerFile: 10_000 };
    await product.control('PUT', `/tenants/${stage.tenant.id}/webhooks`, webhook);
    await product.control('POST', `/tenants/${stage.tenant.id}/campaigns/${id}/run`, { byFiles: true });
    const { state, funnel } = await completedExecution(product, stage.connectionId);
    expect({ state, sent: countOf(funnel, 'SENT') }).toEqual({ state: 'COMPLETED', sent: announced });

    const stored = await product.database.query('SELECT * FROM connection');
    expect(JSON.stringify(stored)).not.toContain(url.split('/').at(-2));
  });
});
