/** @once because its processes are given no Redis. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { freePort } from '../support/free-port';
import { runCommand } from '../support/run-command';

const script = join(__dirname, '..', '..', 'dist', 'apps', 'api', 'src', 'main.js');

describe('an api on a server of its own', () => {
  let database: TestDatabase;
  let env: Record<string, string>;
  let api: ChildProcess;
  let log = '';

  beforeAll(async () => {
    database = await createTestDatabase();
    env = {
      DATABASE_URL: database.url,
      ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
      PORT: String(await freePort()),
    };
    api = spawn(process.execPath, [script], { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 2] });
    api.stdout?.on('data', (part: Buffer) => {
      log += part.toString();
    });
    await eventually('the api is ready', async () => (await get('/health/ready'))?.ok ?? false, 90_000);
  });
  afterAll(async () => {
    if (api?.exitCode === null) {
      const exited = once(api, 'exit');
      api.kill('SIGTERM');
      await exited;
    }
    await database?.drop();
  });

  const get = (path: string): Promise<Response | null> =>
    fetch(`http://127.0.0.1:${env.PORT}${path}`).catch(() => null);
  const projectOf = async (key: string): Promise<object> => {
    const answer = await fetch(`http://127.0.0.1:${env.PORT}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ project { id name } apiKeys { role } }' }),
    });
    return (await answer.json()) as object;
  };
  const count = async (table: string): Promise<number> => {
    const [row] = await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
    return row?.n ?? 0;
  };

  it('makes no key that nobody would see, and says what does', async () => {
    expect([await count('project'), await count('api_key')]).toEqual([0, 0]);
    await eventually('the log says so', () => /project\.none/.test(log) && /npm run admin-key/.test(log));
  });

  it('leaves the first project to its administrator', async () => {
    const refused = await runCommand(['support-key'], env);
    expect([refused.code, refused.stdout, await count('project')]).toEqual([1, '', 0]);
    expect(refused.stderr).toContain('npm run admin-key');
  });

  it('takes the keys that are printed where the database is, as often as somebody lost theirs', async () => {
    const first = await runCommand(['admin-key'], env);
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toMatch(/^xpo_\S+\n$/);
    const second = await runCommand(['admin-key'], env);
    const [project] = await database.query<{ id: string }>('SELECT id FROM project');
    for (const { stdout } of [first, second]) {
      expect(await projectOf(stdout.trim())).toEqual({
        data: { project: { id: project?.id, name: 'My project' }, apiKeys: [{ role: 'ADMIN' }, { role: 'ADMIN' }] },
      });
    }
    const unknown = await runCommand(['admin-key', '00000000-0000-7000-8000-00000000000a'], env);
    expect([unknown.code, unknown.stdout]).toEqual([1, '']);
    const support = await runCommand(['support-key', project?.id ?? ''], env);
    expect(support.stdout).toMatch(/^xpo_\S+\n$/);
  });
});
