import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createSandbox, type Sandbox } from '../../../apps/sandbox/src/create-sandbox';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';

const processes = 4;
const callsPerSecond = 4;
const windowMs = 10_000;
/** Optimove's limit; one call more within a window and it refuses. */
const limit = 50;
/** What four calls a second can be in a window: those of the window, and those saved up before it. */
const most = 44;

describe('the calls to one Optimove account', () => {
  let database: TestDatabase;
  let sandbox: Sandbox;
  let tenant: { id: string; endpoint: string; apiToken: string };
  const children: ChildProcess[] = [];

  const control = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${sandbox.url}/control${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    return (await answer.json()) as T;
  };
  const arrivals = async (): Promise<number[]> => {
    const calls = await control<{ at: string }[]>('GET', `/tenants/${tenant.id}/calls`);
    return calls.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    sandbox = await createSandbox();
    tenant = await control('POST', '/tenants', { name: 'Budget', ratePer10s: null });
    const options = { databaseUrl: database.url, endpoint: tenant.endpoint, apiKey: tenant.apiToken, callsPerSecond };
    for (let index = 0; index < processes; index += 1) {
      children.push(fork(join(__dirname, 'caller.cjs'), [JSON.stringify(options)]));
    }
    await Promise.all(children.map((child) => once(child, 'message')));
  });
  afterAll(async () => {
    for (const child of children) child.disconnect();
    await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')));
    await sandbox?.close();
    await database?.drop();
  });

  it('stay within its limit however many processes make them', async () => {
    const times = await eventually('the calls span more than a window', async () => {
      const all = await arrivals();
      return (all.at(-1) ?? 0) - (all[0] ?? 0) > windowMs + 1_000 ? all : null;
    });
    const inWindow = times.map((start) => times.filter((time) => time >= start && time < start + windowMs).length);
    expect(Math.max(...inWindow)).toBeLessThan(limit);
    expect(Math.max(...inWindow)).toBeLessThanOrEqual(most);
    expect(times.length).toBeGreaterThan(callsPerSecond * 8);
  });
});
