/** @once because what is owed is found by clocks in PostgreSQL and posted without a queue. */
import { Client } from 'pg';
import { provePostbacks } from '../../apps/drill/src/postbacks/prove';
import { startHost } from '../support/host';
import { type Product, startProduct } from '../support/product';

jest.setTimeout(600_000);

describe('what Optimove holds after faults', () => {
  let product: Product;
  let client: Client;
  beforeAll(async () => {
    product = await startProduct();
    client = new Client({ connectionString: product.database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client?.end();
    await product?.stop();
  });

  it('is what people did: totals, every customer’s events once, and their last preferences; doubts are listed', async () => {
    const world = {
      apiUrl: product.apiUrl,
      apiKey: product.apiKey,
      sandboxUrl: product.sandbox.url,
      encryptionKeys: product.env.ENCRYPTION_KEYS ?? '',
      ask: async <T>(sql: string, parameters: unknown[] = []) => (await client.query(sql, parameters)).rows as T[],
      crashWorker: async () => {
        await product.hosts.worker.kill();
        product.hosts.worker = await startHost('worker', product.env);
      },
      crashApi: async () => {
        await product.hosts.api.kill();
        product.hosts.api = await startHost('api', product.env);
      },
    };
    const { events, acts, faults, doubts, ...wrong } = await provePostbacks(
      world,
      { customers: 600, faults: 7, seed: 42 },
      () => undefined,
    );
    expect(wrong).toEqual({
      neverPlayed: [],
      ofNobody: [],
      unlistedDoubts: [],
      differentTotals: [],
      notAsPlayed: [],
      missingEvents: [],
      unknownEvents: [],
      countedTwice: [],
      differentPreferences: [],
    });
    expect(events).toBeGreaterThan(300);
    expect(Math.min(...Object.values(acts))).toBeGreaterThan(0);
    expect(doubts.batches).toBeGreaterThan(0);
    expect(doubts.totals).toBeGreaterThan(0);
    expect(doubts.counted + doubts.postedAgain).toBe(doubts.batches);
    expect(Object.values(faults).reduce((sum, { happened }) => sum + happened, 0)).toBe(7);
  });

  it('stands in one overview of the connections', async () => {
    const { connections } = await product.graphql<{ connections: { nodes: object[] } }>(
      `{ connections { nodes { status lastSuccessAt nextSyncCheckAt suppressionFeed { dataDate }
        channels { kind state lastError } postbackSummary { owed uncertain expired lastAcknowledgedAt }
        engagementPostback { waiting owed uncertain alarm } subscriptionPostback { state } } } }`,
    );
    const stand = {
      status: 'ACTIVE',
      lastSuccessAt: expect.any(String),
      nextSyncCheckAt: null,
      suppressionFeed: null,
      channels: [
        { kind: 'MOBILE_PUSH', state: 'ACTIVE', lastError: null },
        { kind: 'SMS_SUBSCRIPTION', state: 'ACTIVE', lastError: null },
      ],
      postbackSummary: { owed: 0, uncertain: 0, expired: 0, lastAcknowledgedAt: expect.any(String) },
      engagementPostback: { waiting: 0, owed: 0, uncertain: 0, alarm: null },
      subscriptionPostback: { state: 'UP_TO_DATE' },
    };
    expect(connections.nodes).toEqual([stand, stand]);
  });
});
