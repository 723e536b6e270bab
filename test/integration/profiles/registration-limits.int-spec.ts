import { randomUUID } from 'node:crypto';
import { RegistrationRoomRepository } from '../../../src/profiles/persistence/registration-room.repository';
import { type Stage, setStage } from './stage';

interface App {
  id: string;
  version: number;
  sdkKey: string;
}

interface Reply {
  status: number;
  retryAfter: string | null;
  body: { deviceSecret: string; code?: string; message?: string };
}

describe('how many newcomers an app takes', () => {
  let stage: Stage;
  let names = 0;
  beforeAll(async () => {
    stage = await setStage([], '127.0.0.0/8');
  }, 60_000);
  afterAll(() => stage?.close());

  const addApp = async (limits: object = {}): Promise<App> => {
    const { createApp } = await stage.ask<{ createApp: { app: App; sdkKey: string } }>(
      'mutation ($input: CreateAppInput!) { createApp(input: $input) { app { id version } sdkKey } }',
      { input: { name: `App ${names++}`, platform: 'IOS' } },
    );
    const app = { ...createApp.app, sdkKey: createApp.sdkKey };
    await change(app, limits);
    return app;
  };
  const change = async ({ id, version }: App, limits: object) => {
    const { updateApp } = await stage.ask<{ updateApp: { app: object; userErrors: { path: string[] }[] } }>(
      `mutation ($input: UpdateAppInput!) { updateApp(input: $input) {
         app { registrationsPerHour registrationsPerAddress } userErrors { code path message } } }`,
      { input: { id, version, ...limits } },
    );
    return updateApp;
  };
  const call = async (
    path: string,
    { method = 'POST', headers, body }: { method?: string; headers: object; body: object },
  ): Promise<Reply> => {
    const response = await fetch(path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, retryAfter, body: (await response.json()) as Reply['body'] };
  };
  const register = ({ sdkKey }: App, { from = '203.0.113.1', url = stage.url } = {}) =>
    call(`${url}/sdk/v1/devices`, {
      headers: { 'x-app-key': sdkKey, 'x-forwarded-for': from },
      body: { installationId: randomUUID() },
    });
  const identify = ({ body }: Reply, userId: string) =>
    call(`${stage.url}/sdk/v1/device/user`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${body.deviceSecret}` },
      body: { userId },
    });
  const counted = async (app: App): Promise<{ devices: number; profiles: number }> => {
    const [row] = await stage.database.query<{ devices: number; profiles: number }>(
      `SELECT count(*)::int AS devices, count(DISTINCT profile_id)::int AS profiles FROM device WHERE app_id = $1`,
      [app.id],
    );
    return row as { devices: number; profiles: number };
  };
  const turnBackClock = (app: App, interval: string) =>
    stage.database.query('UPDATE registration_room SET filled_at = filled_at - $2::interval WHERE app_id = $1', [
      app.id,
      interval,
    ]);

  it('is limited by the app, which says when to come again and stores nothing', async () => {
    const app = await addApp({ registrationsPerHour: 3 });
    for (let nth = 0; nth < 3; nth += 1) expect((await register(app)).status).toBe(201);
    const refused = await register(app);
    expect(refused).toMatchObject({
      status: 429,
      retryAfter: '1200',
      body: { statusCode: 429, code: 'TOO_MANY_REGISTRATIONS', message: expect.stringContaining('of this app') },
    });
    expect(await counted(app)).toEqual({ devices: 3, profiles: 3 });
  });

  it('is one limit for every api process', async () => {
    const app = await addApp({ registrationsPerHour: 4 });
    const url = await stage.another();
    const statuses = [];
    for (let nth = 0; nth < 3; nth += 1) {
      statuses.push((await register(app)).status, (await register(app, { url })).status);
    }
    expect(statuses).toEqual([201, 201, 201, 201, 429, 429]);
  });

  it('fills up steadily, never above an hour of it', async () => {
    const app = await addApp({ registrationsPerHour: 3 });
    for (let nth = 0; nth < 3; nth += 1) await register(app);
    await turnBackClock(app, '20 minutes 1 second');
    expect((await register(app)).status).toBe(201);
    expect((await register(app)).status).toBe(429);
    await turnBackClock(app, '1 day');
    const another = await stage.another();
    const later = [];
    for (let nth = 0; nth < 4; nth += 1) later.push((await register(app, { url: another })).status);
    expect(later).toEqual([201, 201, 201, 429]);
  });

  it('is limited for one client address, of IPv6 its network; others still come in', async () => {
    const app = await addApp({ registrationsPerAddress: 2 });
    for (let nth = 0; nth < 2; nth += 1) expect((await register(app)).status).toBe(201);
    const refused = await register(app);
    expect(refused).toMatchObject({ status: 429, body: { message: expect.stringContaining('of one address') } });
    expect((await register(app, { from: '203.0.113.1, 203.0.113.2' })).status).toBe(201);
    for (const from of ['2001:db8:1:2::1', '2001:db8:1:2::2']) expect((await register(app, { from })).status).toBe(201);
    expect((await register(app, { from: '2001:db8:1:2:ffff::3' })).status).toBe(429);
    expect((await register(app, { from: '2001:db8:1:103::1' })).status).toBe(201);
  });

  it('counts user IDs that nobody had; who is known signs in and out whenever they like', async () => {
    const app = await addApp({ registrationsPerHour: 3 });
    const device = await register(app);
    expect((await identify(device, 'newcomer-1')).status).toBe(200);
    expect((await identify(device, 'newcomer-2')).status).toBe(200);
    expect((await identify(device, 'newcomer-3')).status).toBe(429);
    for (const userId of ['', 'newcomer-1', '', 'newcomer-2', 'newcomer-1']) {
      expect((await identify(device, userId)).status).toBe(200);
    }
    const people = await stage.database.query(`SELECT user_id FROM profile WHERE user_id LIKE 'newcomer-%' ORDER BY 1`);
    expect(people).toEqual([{ user_id: 'newcomer-1' }, { user_id: 'newcomer-2' }]);
  });

  it('is shown on the app and changed there, within bounds', async () => {
    const app = await addApp();
    const shown = '{ apps { id registrationsPerHour registrationsPerAddress } }';
    const { apps } = await stage.ask<{ apps: { id: string }[] }>(shown);
    const standard = { registrationsPerHour: 100_000, registrationsPerAddress: 1_000 };
    expect(apps.find(({ id }) => id === app.id)).toEqual({ id: app.id, ...standard });
    const wrong = await change(
      { ...app, version: 2 },
      { registrationsPerHour: 0, registrationsPerAddress: 10_000_001 },
    );
    expect(wrong).toMatchObject({
      app: null,
      userErrors: [
        { code: 'INVALID', path: ['registrationsPerHour'] },
        { code: 'INVALID', path: ['registrationsPerAddress'] },
      ],
    });
    expect(await change({ ...app, version: 2 }, { registrationsPerHour: 10 })).toMatchObject({
      app: { registrationsPerHour: 10, registrationsPerAddress: 1_000 },
      userErrors: [],
    });
  });

  it('keeps no address for longer than it limits anybody', async () => {
    const app = await addApp();
    await register(app, { from: '198.51.100.9' });
    await turnBackClock(app, '61 minutes');
    await stage.app.get(RegistrationRoomRepository, { strict: false }).forget(1_000);
    const kept = await stage.database.query('SELECT address FROM registration_room WHERE app_id = $1', [app.id]);
    expect(kept).toEqual([]);
  });
});

describe('where no proxy is trusted', () => {
  it('an address limits nobody, as it might be that of all', async () => {
    const stage = await setStage();
    try {
      const { createApp } = await stage.ask<{ createApp: { sdkKey: string; app: { id: string } } }>(
        'mutation { createApp(input: { name: "Casino", platform: ANDROID }) { sdkKey app { id } } }',
      );
      await stage.database.query('UPDATE app SET registrations_per_address = 1');
      const register = () =>
        fetch(`${stage.url}/sdk/v1/devices`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'x-app-key': createApp.sdkKey,
            'x-forwarded-for': '203.0.113.1',
          },
          body: JSON.stringify({ installationId: randomUUID() }),
        });
      expect([(await register()).status, (await register()).status]).toEqual([201, 201]);
    } finally {
      await stage.close();
    }
  }, 60_000);
});
