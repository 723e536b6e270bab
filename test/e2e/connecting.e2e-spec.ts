/** @once because what the API keeps, shows and refuses goes through no queue. */
import { getIntrospectionQuery } from 'graphql';
import { addProviders, mutate, stageCampaign, tryMutation } from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { type Product, startProduct } from '../support/product';

interface Tenant {
  id: string;
  endpoint: string;
  apiToken: string;
}

describe('connecting Optimove', () => {
  let product: Product;
  let tenant: Tenant;

  beforeAll(async () => {
    product = await startProduct({ env: { GRAPHQL_INTROSPECTION: '1', GRAPHQL_EXPLORER: '1' } });
    await addProviders(product);
    tenant = await product.control<Tenant>('POST', '/tenants', { name: 'Casino' });
  });
  afterAll(() => product?.stop());

  const create = (input: object) =>
    tryMutation<{ connection: { id: string; version: number } | null }>(
      product.graphql,
      'createConnection',
      'CreateConnectionInput',
      'connection { id version }',
      { name: 'Casino', endpoint: tenant.endpoint, apiToken: tenant.apiToken, ...input },
    );
  const update = (input: object) =>
    tryMutation<{ connection: Record<string, unknown> | null }>(
      product.graphql,
      'updateConnection',
      'UpdateConnectionInput',
      'connection { id name endpoint version apiTokenHint userIdAttribute timeZone status }',
      input,
    );
  const stored = () =>
    product.database.query<Record<string, unknown>>('SELECT * FROM connection WHERE deleted_at IS NULL ORDER BY id');

  it.each([
    ['a wrong token', { apiToken: 'wrong-token' }, 'TOKEN_REFUSED', 'apiToken'],
    [
      'an endpoint where nobody answers',
      { endpoint: 'http://127.0.0.1:1/current/' },
      'ENDPOINT_UNREACHABLE',
      'endpoint',
    ],
    ['an endpoint without the slash', { endpoint: 'http://127.0.0.1:1/current' }, 'INVALID', 'endpoint'],
    ['an endpoint that is no address', { endpoint: 'api5.optimove.net/' }, 'INVALID', 'endpoint'],
    ['an empty name', { name: '' }, 'INVALID', 'name'],
    ['a token with a space', { apiToken: 'a b' }, 'INVALID', 'apiToken'],
    ['an unknown time zone', { timeZone: 'Mars/Olympus' }, 'INVALID', 'timeZone'],
    ['an attribute with a delimiter', { userIdAttribute: 'A;B' }, 'INVALID', 'userIdAttribute'],
    ['too large pages', { pageSize: 1_000_000 }, 'INVALID', 'pageSize'],
  ])('with %s is refused at that field and stores nothing', async (_name, input, code, field) => {
    const { connection, userErrors } = await create(input);
    expect(connection).toBeNull();
    expect(userErrors).toEqual([
      expect.objectContaining({ code, path: [field], message: expect.stringMatching(/\w{3,}/) }),
    ]);
    expect(await stored()).toHaveLength(0);
  });

  it('keeps the token sealed: in no answer, no audit entry, no log and not readable in the database', async () => {
    const { connection, userErrors } = await create({});
    expect(userErrors).toEqual([]);
    const [row] = await stored();
    expect(row?.api_token).toMatch(/^v1\.k1\./);
    const audit = await product.database.query('SELECT * FROM audit_entry');
    expect(JSON.stringify([row, audit])).not.toContain(tenant.apiToken);
    const { connections } = await product.graphql<{
      connections: { nodes: { hasApiToken: boolean; apiTokenHint: string }[] };
    }>('{ connections { nodes { id name hasApiToken apiTokenHint status lastError } } }');
    expect(connections.nodes[0]).toMatchObject({ hasApiToken: true, apiTokenHint: `…${tenant.apiToken.slice(-4)}` });
    expect(JSON.stringify(connections)).not.toContain(tenant.apiToken);
    expect((await create({})).userErrors).toEqual([expect.objectContaining({ code: 'NAME_TAKEN', path: ['name'] })]);
    expect(connection?.version).toBe(1);
  });

  it.each(['/explorer', '/explorer/'])('has an explorer at %s that finds its own files', async (path) => {
    const page = await fetch(`${product.apiUrl}${path}`);
    const html = await page.text();
    const base = new URL(/<base href="([^"]*)"/.exec(html)?.[1] ?? '', page.url);
    const scripts = [...html.matchAll(/<script[^>]* src="([^"]*)"/g)].map(([, source]) => source ?? '');
    expect(scripts.length).toBeGreaterThan(0);
    for (const script of scripts) {
      const { status, headers } = await fetch(new URL(script, base));
      expect([script, status, headers.get('content-type')]).toEqual([
        script,
        200,
        expect.stringContaining('javascript'),
      ]);
    }
  });

  it('tells the explorer its schema', async () => {
    const body = JSON.stringify({ query: getIntrospectionQuery(), operationName: 'IntrospectionQuery' });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${product.apiUrl}/graphql`, { method: 'POST', body, headers });
    expect(await answer.json()).toMatchObject({ data: { __schema: { queryType: { name: 'Query' } } } });
  });

  it('gives a name that two want at the same moment to one of them', async () => {
    const both = await Promise.all([create({ name: 'Twin' }), create({ name: 'Twin' })]);
    const refused = both.flatMap(({ userErrors }) => userErrors);
    expect(refused).toEqual([expect.objectContaining({ code: 'NAME_TAKEN', path: ['name'] })]);
  });

  it('changes only what is given, clears with null, and refuses a version that is old', async () => {
    const [row] = await stored();
    const id = String(row?.id);
    const set = await update({ id, version: 1, userIdAttribute: 'UserId', timeZone: 'Europe/Malta' });
    expect(set.connection).toMatchObject({
      name: 'Casino',
      userIdAttribute: 'UserId',
      timeZone: 'Europe/Malta',
      version: 2,
    });
    const cleared = await update({ id, version: 2, userIdAttribute: null });
    expect(cleared.connection).toMatchObject({ userIdAttribute: null, timeZone: 'Europe/Malta', version: 3 });
    expect((await update({ id, version: 2, name: 'Late' })).userErrors).toEqual([
      expect.objectContaining({ code: 'CONFLICT', path: ['version'] }),
    ]);
    expect((await update({ id, version: 3, endpoint: 'http://127.0.0.1:1/x/' })).userErrors).toEqual([
      expect.objectContaining({ code: 'INVALID', path: ['apiToken'] }),
    ]);
    expect((await update({ id, version: 3, apiToken: 'wrong-token' })).userErrors).toEqual([
      expect.objectContaining({ code: 'TOKEN_REFUSED', path: ['apiToken'] }),
    ]);
    expect((await stored())[0]?.version).toBe(3);
  });

  it('shows a token that Optimove refuses later, and heals with a new one in its place', async () => {
    const stage = await stageCampaign(product, { name: 'Rotation', content: { sms: { from: 'Example', text: 'Hi' } } });
    await product.control('PUT', `/tenants/${stage.tenant.id}/faults`, { rules: [{ kind: '401' }] });
    await tryMutation(product.graphql, 'reregisterListener', 'ReregisterListenerInput', 'channel { state }', {
      id: stage.channelId,
    });
    const look = async () => {
      const query = 'query ($id: ID!) { connection(id: $id) { status lastError version } }';
      return (
        await product.graphql<{ connection: { status: string; lastError: string | null; version: number } }>(query, {
          id: stage.connectionId,
        })
      ).connection;
    };
    const failed = await eventually('the refusal is shown', async () => {
      const connection = await look();
      return connection.status === 'AUTHENTICATION_FAILED' ? connection : null;
    });
    expect(failed.lastError).toContain('401');
    await product.control('PUT', `/tenants/${stage.tenant.id}/faults`, { rules: [] });
    const { connection } = await update({
      id: stage.connectionId,
      version: failed.version,
      apiToken: stage.tenant.apiToken,
    });
    expect(connection).toMatchObject({ status: 'ACTIVE' });
    expect(await look()).toMatchObject({ status: 'ACTIVE', lastError: null });
  });

  it('names what deleting stops, and takes back what was left at Optimove', async () => {
    const stage = await stageCampaign(product, { name: 'Goodbye', content: { sms: { from: 'Example', text: 'Hi' } } });
    const remove = (acceptConsequences: boolean) =>
      tryMutation<{ deletedId: string | null; consequences: string[] }>(
        product.graphql,
        'deleteConnection',
        'DeleteConnectionInput',
        'deletedId consequences',
        { id: stage.connectionId, acceptConsequences },
      );
    const asked = await remove(false);
    expect(asked.userErrors).toEqual([expect.objectContaining({ code: 'CONSEQUENCES_NOT_ACCEPTED' })]);
    expect(asked.consequences.join(' ')).toMatch(/channels/i);
    expect(asked.consequences.join(' ')).toMatch(/published campaign/);
    expect((await remove(true)).deletedId).toBe(stage.connectionId);
    const left = (what: string) => product.control<unknown[]>('GET', `/tenants/${stage.tenant.id}/${what}`);
    await eventually(
      'listeners and templates are gone',
      async () => (await left('listeners')).length + (await left('templates')).length === 0,
    );
    const { connection } = await product.graphql<{ connection: unknown }>(
      'query ($id: ID!) { connection(id: $id) { id } }',
      { id: stage.connectionId },
    );
    expect(connection).toBeNull();
  });

  it('refuses a channel that Optimove does not have, is taken, or is for subscription status', async () => {
    const [row] = await stored();
    const add = (input: object) =>
      tryMutation<{ channel: { id: string } | null }>(
        product.graphql,
        'addChannel',
        'AddChannelInput',
        'channel { id state }',
        {
          connectionId: row?.id,
          kind: 'MOBILE_PUSH',
          ...input,
        },
      );
    for (const input of [
      { name: 'Nobody' },
      { optimoveChannelId: 444 },
      { kind: 'SMS_SUBSCRIPTION', optimoveChannelId: 506 },
    ]) {
      const { channel, userErrors } = await add(input);
      expect(channel).toBeNull();
      expect(userErrors[0]?.path).toHaveLength(1);
    }
    expect((await add({ optimoveChannelId: 506 })).userErrors).toEqual([]);
    expect((await add({ optimoveChannelId: 506 })).userErrors).toEqual([
      expect.objectContaining({ path: [expect.any(String)] }),
    ]);
  });

  it('publishes no template with a mistake, and names its field and line', async () => {
    const { channels } = await product.graphql<{ channels: { id: string }[] }>(
      'query ($id: ID!) { channels(connectionId: $id) { id } }',
      {
        id: (await stored())[0]?.id,
      },
    );
    const { campaign } = await mutate<{ campaign: { id: string; version: number } }>(
      product.graphql,
      'createCampaign',
      'CreateCampaignInput',
      'campaign { id version }',
      {
        channelId: channels[0]?.id,
        name: 'Mistake',
        content: { sms: { from: 'Example', text: 'Hello {{ FirstName' } },
      },
    );
    const launched = await tryMutation(
      product.graphql,
      'launchCampaign',
      'LaunchCampaignInput',
      'campaign { status }',
      campaign,
    );
    expect(launched.userErrors).toEqual([
      expect.objectContaining({
        code: 'INVALID_CONTENT',
        path: ['content', 'sms', 'text'],
        message: expect.stringMatching(/^Line 1: /),
      }),
    ]);
    expect(await product.control('GET', `/tenants/${tenant.id}/templates`)).toEqual([]);
  });

  describe('for whom', () => {
    const ask = async (key: string | null, query: string) => {
      const answer = await fetch(`${product.apiUrl}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
        body: JSON.stringify({ query }),
      });
      return (await answer.json()) as {
        data: { connections?: { nodes: unknown[] } } | null;
        errors?: { message: string; extensions: { code: string } }[];
      };
    };

    it('it needs a key', async () => {
      for (const key of [null, 'xpo_wrong']) {
        expect((await ask(key, '{ connections { nodes { id } } }')).errors?.[0]?.extensions.code).toBe(
          'UNAUTHENTICATED',
        );
      }
      expect((await fetch(`${product.apiUrl}/imports/profiles`, { method: 'POST', body: 'userId\nA1' })).status).toBe(
        401,
      );
    });

    it('a viewer looks and does not touch', async () => {
      const { key } = await mutate<{ key: string }>(product.graphql, 'createApiKey', 'CreateApiKeyInput', 'key', {
        label: 'Viewer',
        role: 'VIEWER',
      });
      expect((await ask(key, '{ connections { nodes { id } } }')).data?.connections?.nodes.length).toBeGreaterThan(0);
      const refused = await ask(
        key,
        'mutation { disableConnection(input: { id: "01a20000-0000-7000-8000-000000000000" }) { userErrors { code } } }',
      );
      expect(refused.errors?.[0]).toMatchObject({
        message: expect.stringContaining('connections.manage'),
        extensions: { code: 'FORBIDDEN' },
      });
    });

    it('another project sees nothing', async () => {
      const { createHash, randomUUID } = await import('node:crypto');
      const projectId = randomUUID();
      await product.database.query(`INSERT INTO project (id, name) VALUES ($1, 'Other')`, [projectId]);
      await product.database.query(
        `INSERT INTO api_key (id, project_id, label, role, key_hash, hint) VALUES ($1, $2, 'Other', 'ADMIN', $3, 'x')`,
        [randomUUID(), projectId, createHash('sha256').update('xpo_other').digest('hex')],
      );
      expect((await ask('xpo_other', '{ connections { nodes { id } } }')).data?.connections?.nodes).toEqual([]);
      const [row] = await stored();
      const one = await ask('xpo_other', `{ connection(id: "${row?.id}") { id } }`);
      expect(one.data).toEqual({ connection: null });
    });
  });
});
