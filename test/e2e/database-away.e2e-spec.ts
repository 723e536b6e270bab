import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../libs/platform/src/embedded';
import { addProviders, mutate } from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { startHost } from '../support/host';
import { type Product, startProduct } from '../support/product';

jest.setTimeout(240_000);

const people = 120;

describe('callbacks while the database is away', () => {
  const folder = mkdtempSync(join(tmpdir(), 'away-'));
  const spoolFolder = join(folder, 'spool');
  const usualServer = process.env.TEST_DATABASE_URL;
  let server: EmbeddedPostgres;
  let product: Product;
  let listeners: { eventTypeId: number; listenerUrl: string }[];
  let templateId: number;
  let channelId: number;
  let next = 0;

  const startServer = async (port?: number): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), port, settings: { max_connections: 200 } });

  beforeAll(async () => {
    server = await startServer();
    process.env.TEST_DATABASE_URL = server.url;
    product = await startProduct({ env: { CALLBACK_SPOOL_FOLDER: spoolFolder } });
    await addProviders(product);
    const tenant = await product.control<{ id: string; endpoint: string; apiToken: string }>('POST', '/tenants', {
      name: 'Away',
    });
    const { graphql } = product;
    const { connection } = await mutate<{ connection: { id: string } }>(
      graphql,
      'createConnection',
      'CreateConnectionInput',
      'connection { id }',
      { name: 'Away', endpoint: tenant.endpoint, apiToken: tenant.apiToken },
    );
    const { channel } = await mutate<{ channel: { id: string; optimoveChannelId: number } }>(
      graphql,
      'addChannel',
      'AddChannelInput',
      'channel { id optimoveChannelId }',
      { connectionId: connection.id, kind: 'TRIGGERED', name: 'Xtremepush Triggered' },
    );
    channelId = channel.optimoveChannelId;
    const { campaign } = await mutate<{ campaign: { id: string; version: number } }>(
      graphql,
      'createCampaign',
      'CreateCampaignInput',
      'campaign { id version }',
      { channelId: channel.id, name: 'Away', content: { mobilePush: { title: 'You won', body: 'A bonus' } } },
    );
    const launched = await mutate<{ campaign: { publication: { optimoveTemplateId: string } } }>(
      graphql,
      'launchCampaign',
      'LaunchCampaignInput',
      'campaign { publication { optimoveTemplateId } }',
      campaign,
    );
    templateId = Number(launched.campaign.publication.optimoveTemplateId);
    const ids = Array.from({ length: people }, (_, index) => `W${index}`);
    const upload = (path: string, csv: string) =>
      product.rest(path, { method: 'POST', body: csv, headers: { 'content-type': 'text/csv' } });
    await upload('/imports/profiles', `userId\n${ids.join('\n')}`);
    await upload(
      '/imports/devices',
      `userId,token,platform\n${ids.map((id) => `${id},token-${id},ANDROID`).join('\n')}`,
    );
    listeners = await product.control('GET', `/tenants/${tenant.id}/listeners`);
  });
  afterAll(async () => {
    await product?.stop();
    await server?.stop();
    process.env.TEST_DATABASE_URL = usualServer;
    rmSync(folder, { recursive: true, force: true });
  });

  const inbox = () => product.farEnds.inbox.report(0).mobilePush;
  const listener = (): string => listeners.find(({ eventTypeId }) => eventTypeId === 11)?.listenerUrl ?? '';
  const call = (customerID: string): Promise<number> =>
    fetch(listener(), {
      method: 'POST',
      body: JSON.stringify({
        eventTypeID: 11,
        timeStamp: '2026-05-04 09:12:33',
        customerID,
        campaignID: 'b1f09',
        channelID: channelId,
        templateID: templateId,
      }),
    }).then(({ status }) => status);
  const callNext = (count: number): Promise<number[]> =>
    Promise.all(
      Array.from({ length: count }, () => {
        next += 1;
        return call(`W${next - 1}`);
      }),
    );
  const journalled = async (): Promise<{ all: number; customers: number }> => {
    const client = new Client({ connectionString: product.database.url });
    await client.connect();
    const { rows } = await client
      .query(
        `SELECT count(*)::int AS all, count(DISTINCT convert_from(body, 'UTF8')::jsonb ->> 'customerID')::int AS customers
         FROM callback_journal WHERE outcome = 'TRIGGERED'`,
      )
      .finally(() => client.end());
    return rows[0];
  };
  const spooled = (): number => readdirSync(spoolFolder).length;

  it('are lost by nobody and sent twice to nobody, though it goes and comes back in the middle of them', async () => {
    const { port } = server;
    const statuses = await callNext(20);
    const stopped = server.stop();
    statuses.push(...(await callNext(30)));
    await stopped;
    statuses.push(...(await callNext(20)));
    const stranger = await fetch(listener().replace(/[^/]+\/event-11$/, 'wrong/event-11'), {
      method: 'POST',
      body: JSON.stringify({ eventTypeID: 11, customerID: 'W0' }),
    });
    expect(stranger.status).toBe(404);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(spooled()).toBeGreaterThan(0);

    server = await startServer(port);
    expect(await callNext(10)).toEqual(Array.from({ length: 10 }, () => 200));
    await eventually('everybody has got the message', () => inbox().received >= 80);
    await eventually('the spool is empty', () => spooled() === 0);
    expect(await journalled()).toEqual({ all: 80, customers: 80 });
    expect(inbox()).toMatchObject({ received: 80, duplicates: 0 });
  });

  it('are answered 503 when they are no triggered ones, after a while in which the database may come back', async () => {
    const { port } = server;
    await server.stop();
    const url = listener().replace('event-11', 'event-3');
    const body = '{"EventTypeID": 3, "TimeStamp": "2026-05-04 05:04:54"}';
    const refused = await fetch(url, { method: 'POST', body });
    expect({ status: refused.status, retryAfter: refused.headers.get('retry-after') }).toEqual({
      status: 503,
      retryAfter: '5',
    });
    const patient = fetch(url, { method: 'POST', body });
    server = await startServer(port);
    expect((await patient).status).toBe(200);
  });

  it('are taken in by the next api process when the one that kept them was killed', async () => {
    const { port } = server;
    await server.stop();
    expect(new Set(await callNext(20))).toEqual(new Set([200]));
    await product.hosts.api.kill();
    expect(spooled()).toBeGreaterThan(0);
    server = await startServer(port);
    product.hosts.api = await startHost('api', product.env);
    await eventually('everybody has got the message', () => inbox().received >= 100);
    await eventually('the spool is empty', () => spooled() === 0);
    expect(await journalled()).toEqual({ all: 100, customers: 100 });
    expect(inbox()).toMatchObject({ received: 100, duplicates: 0 });
  });
});
