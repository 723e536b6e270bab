import { ProjectsService } from '@modules/projects';
import { eventually } from '../../support/eventually';
import { holdUntilWaiting } from './hold';
import { createKey, type Stage, setStage } from './stage';

const revoke = `mutation ($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) { apiKey { id revokedAt } userErrors { code path message } } }`;

interface Revocation {
  revokeApiKey: { apiKey: { id: string; revokedAt: string } | null; userErrors: { code: string; path: string[] }[] };
}

describe('access by API key', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => stage.close());

  it('makes one first project and hands out its key once, however many processes start together', async () => {
    const projects = stage.app.get(ProjectsService);
    await stage.database.query('CREATE TEMP TABLE kept_project AS SELECT * FROM project');
    await stage.database.query('CREATE TEMP TABLE kept_key AS SELECT * FROM api_key');
    await stage.database.query('TRUNCATE project, api_key');
    const starting: ReturnType<typeof projects.ensureFirst>[] = [];
    await holdUntilWaiting(stage.database, { table: 'project', mode: 'SHARE', sessions: 8 }, () => {
      for (let n = 0; n < 8; n += 1) starting.push(projects.ensureFirst());
    });
    const starts = await Promise.all(starting);
    const [{ projects: count, name }] = (await stage.database.query<{ projects: number; name: string }>(
      'SELECT count(*)::int AS projects, min(name) AS name FROM project',
    )) as [{ projects: number; name: string }];
    await stage.database.query('TRUNCATE project, api_key');
    await stage.database.query('INSERT INTO project SELECT * FROM kept_project');
    await stage.database.query('INSERT INTO api_key SELECT * FROM kept_key');
    expect({ count, name }).toEqual({ count: 1, name: 'My project' });
    expect(new Set(starts.map(({ projectId }) => projectId)).size).toBe(1);
    expect(starts.filter(({ apiKey }) => apiKey?.startsWith('xpo_'))).toHaveLength(1);
  });

  it('keeps nothing of a key but its hash and its end', async () => {
    const rows = await stage.database.query<object>('SELECT * FROM api_key');
    expect(JSON.stringify(rows)).not.toContain(stage.adminKey);
    expect(rows).toMatchObject([{ hint: `xpo_…${stage.adminKey.slice(-4)}`, role: 'ADMIN' }]);
  });

  it('tells a caller without a valid key what to send', async () => {
    for (const key of [null, 'xpo_wrong']) {
      const { errors } = await stage.ask('{ project { id } }', { key });
      expect(errors).toMatchObject([
        { message: expect.stringContaining('x-api-key'), extensions: { code: 'UNAUTHENTICATED' } },
      ]);
      const answer = await stage.get('/probe/launch', key ? { 'x-api-key': key } : {});
      expect(answer.status).toBe(401);
      expect(await answer.text()).toContain('Authorization: Bearer');
    }
  });

  it('takes a key from either header, in GraphQL and over HTTP alike', async () => {
    const ways = [
      ['x-api-key', stage.adminKey],
      ['authorization', `bearer ${stage.adminKey}`],
    ] as const;
    for (const [name, value] of ways) {
      expect(await (await stage.get('/probe/launch', { [name]: value })).json()).toEqual({ is: 'launched' });
    }
    expect(await stage.data('{ project { id name timeZone } }')).toEqual({
      project: { id: stage.projectId, name: 'My project', timeZone: 'UTC' },
    });
  });

  it('serves public routes to anybody', async () => {
    expect(await (await stage.get('/probe/public')).json()).toEqual({ is: 'open' });
  });

  it('names the permission that a key lacks', async () => {
    const { key } = await createKey(stage, 'COPYWRITER');
    const answer = await stage.get('/probe/launch', { 'x-api-key': key });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('campaigns.launch');
    const { errors } = await stage.ask('{ apiKeys { id } }', { key });
    expect(errors).toMatchObject([
      { message: expect.stringContaining('project.manage'), extensions: { code: 'FORBIDDEN' } },
    ]);
  });

  it('shows when a key was used and lists it without the key itself', async () => {
    const { id, key } = await createKey(stage, 'VIEWER');
    await stage.ask('{ project { id } }', { key });
    const { apiKeys } = await stage.data<{ apiKeys: { id: string; lastUsedAt: string | null; hint: string }[] }>(
      '{ apiKeys { id label role hint createdAt lastUsedAt revokedAt } }',
    );
    expect(apiKeys.find((each) => each.id === id)).toMatchObject({
      role: 'VIEWER',
      hint: `xpo_…${key.slice(-4)}`,
      lastUsedAt: expect.any(String),
      revokedAt: null,
    });
    expect(JSON.stringify(apiKeys)).not.toContain(key);
  });

  it('stops a revoked key within seconds and says who revoked it', async () => {
    const { id, key } = await createKey(stage, 'VIEWER');
    expect((await stage.ask('{ project { id } }', { key })).errors).toBeUndefined();
    const { revokeApiKey } = await stage.data<Revocation>(revoke, { input: { id } });
    expect(revokeApiKey).toMatchObject({ apiKey: { id, revokedAt: expect.any(String) }, userErrors: [] });
    await eventually('the key is refused', async () =>
      Boolean((await stage.ask('{ project { id } }', { key })).errors),
    );
    const { auditEntries } = await stage.data<{ auditEntries: { nodes: object[] } }>(
      '{ auditEntries(first: 1) { nodes { action subjectType subjectId actorLabel } } }',
    );
    expect(auditEntries.nodes).toEqual([
      { action: 'api-key.revoked', subjectType: 'api-key', subjectId: id, actorLabel: 'First key' },
    ]);
  }, 20_000);

  it('keeps the last administrator key', async () => {
    const [first] = await stage.database.query<{ id: string }>(`SELECT id FROM api_key WHERE label = 'First key'`);
    const { revokeApiKey } = await stage.data<Revocation>(revoke, { input: { id: first?.id } });
    expect(revokeApiKey).toMatchObject({ apiKey: null, userErrors: [{ code: 'LAST_ADMIN_KEY', path: ['id'] }] });
  });

  it('keeps one of two administrator keys when both are revoked at the same time', async () => {
    const second = await createKey(stage, 'ADMIN');
    const third = await createKey(stage, 'ADMIN');
    const [first] = await stage.database.query<{ id: string }>(`SELECT id FROM api_key WHERE label = 'First key'`);
    await stage.data<Revocation>(revoke, { input: { id: third.id } });
    const revoking: Promise<Revocation>[] = [];
    await holdUntilWaiting(stage.database, { table: 'api_key', mode: 'EXCLUSIVE', sessions: 2 }, () => {
      for (const id of [first?.id, second.id]) revoking.push(stage.data<Revocation>(revoke, { input: { id } }));
    });
    const outcomes = await Promise.all(revoking);
    const codes = outcomes.flatMap(({ revokeApiKey }) => revokeApiKey.userErrors.map(({ code }) => code));
    expect(codes).toEqual(['LAST_ADMIN_KEY']);
    await stage.database.query('UPDATE api_key SET revoked_at = NULL WHERE id = $1', [first?.id]);
  });

  it('neither shows nor revokes keys of another project', async () => {
    const otherKey = '00000000-0000-7000-8000-00000000000b';
    await stage.database.query(
      `INSERT INTO api_key (id, project_id, label, role, key_hash, hint)
       VALUES ($1, '00000000-0000-7000-8000-00000000000a', 'Other', 'ADMIN', 'hash', 'xpo_…0000')`,
      [otherKey],
    );
    const { apiKeys } = await stage.data<{ apiKeys: { id: string }[] }>('{ apiKeys { id } }');
    expect(apiKeys.map(({ id }) => id)).not.toContain(otherKey);
    for (const id of [otherKey, 'nonsense']) {
      const { revokeApiKey } = await stage.data<Revocation>(revoke, { input: { id } });
      expect(revokeApiKey).toMatchObject({ apiKey: null, userErrors: [{ code: 'NOT_FOUND', path: ['id'] }] });
    }
  });

  it('names the field of a key that cannot be created', async () => {
    const { createApiKey } = await stage.data<{ createApiKey: object }>(
      `mutation { createApiKey(input: { label: "", role: VIEWER }) { apiKey { id } key userErrors { code path } } }`,
    );
    expect(createApiKey).toEqual({ apiKey: null, key: null, userErrors: [{ code: 'INVALID', path: ['label'] }] });
  });
});
