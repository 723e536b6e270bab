import { randomUUID } from 'node:crypto';
import { Random } from '../segments/random';
import { IdentityModel, type ModelDevice } from './identity-model';
import { type Stage, setStage } from './stage';

const seed = Number(process.env.IDENTITY_SEED ?? Date.now() % 1_000_000);
const users = ['', 'm-1', 'm-2', 'm-3'];
const sequences = 6;
const steps = 40;

/** Random calls of devices and servers, held against a model of the identity rules that is written to be read. */
describe(`identity (IDENTITY_SEED=${seed})`, () => {
  let stage: Stage;
  let sdkKey: string;
  beforeAll(async () => {
    stage = await setStage();
    const { createApp } = await stage.ask<{ createApp: { sdkKey: string } }>(
      'mutation { createApp(input: { name: "Casino", platform: ANDROID }) { sdkKey userErrors { message } } }',
    );
    sdkKey = createApp.sdkKey;
  }, 60_000);
  afterAll(() => stage?.close());

  const call = async (method: string, path: string, headers: object, body: object): Promise<unknown> => {
    const sent = { 'content-type': 'application/json', ...headers };
    const response = await fetch(`${stage.url}/${path}`, { method, headers: sent, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };
  const install = async (): Promise<ModelDevice> => {
    const body = { installationId: randomUUID() };
    return (await call('POST', 'sdk/v1/devices', { 'x-app-key': sdkKey }, body)) as ModelDevice;
  };
  const say = (device: ModelDevice, method: string, path: string, body: object): Promise<unknown> =>
    call(method, `sdk/v1/device${path}`, { authorization: `Bearer ${device.deviceSecret}` }, body);

  const step = async (random: Random, model: IdentityModel, devices: ModelDevice[]): Promise<void> => {
    const device = random.pick(devices);
    const change = { [`key-${random.int(0, 2)}`]: random.chance(0.2) ? null : random.int(0, 9) };
    const choices: (() => Promise<unknown>)[] = [
      () => say(device, 'PUT', '/user', { userId: model.identify(device, random.pick(users)) }),
      () => say(device, 'PUT', '/user', { userId: model.identify(device, random.pick(users)) }),
      () => say(device, 'PATCH', '/attributes', { profile: model.setOnPerson(device, change) }),
      () => say(device, 'PATCH', '/attributes', { device: model.setOnDevice(device, change) }),
      () => say(device, 'PATCH', '', { pushToken: model.takeToken(device, `m-token-${random.int(0, 2)}`) }),
      () => say(device, 'PUT', '/push-subscription', { subscribed: model.wantPush(device, random.chance(0.5)) }),
      () => say(device, 'PUT', '/subscriptions', { email: model.wantEmail(device, random.chance(0.5)) }),
      () => say(device, 'POST', '/events', { hits: [{ name: model.hit(device) }] }),
      () => {
        const userId = random.pick(users.slice(1));
        const row = [userId, model.importPerson(userId, random.int(0, 9))];
        const body = { apptoken: stage.apiKey, columns: ['user_id', 'imported'], rows: [row] };
        return call('POST', 'api/external/import/profile', {}, body);
      },
    ];
    await random.pick(choices)();
  };

  const forgetAll = async (): Promise<void> => {
    for (const table of ['device', 'profile', 'behaviour']) await stage.database.query(`DELETE FROM ${table}`);
  };
  const stored = async (): Promise<unknown> => ({
    ...sorted({ devices: await installations(), people: await people() }),
    strayEvents: await stage.database.query(
      'SELECT count(*)::int AS count FROM behaviour b WHERE NOT EXISTS (SELECT FROM profile p WHERE p.id = b.profile_id)',
    ),
  });
  const installations = (): Promise<unknown[]> =>
    stage.database.query(
      `SELECT d.id, p.user_id AS "userId", d.token, d.push_subscription AS push, d.attributes FROM device d
       LEFT JOIN profile p ON p.id = d.profile_id`,
    );
  const people = (): Promise<unknown[]> =>
    stage.database.query(
      `SELECT p.user_id AS "userId", p.attributes, p.email_subscription AS email,
         (SELECT count(*)::int FROM behaviour b WHERE b.profile_id = p.id) AS events,
         (SELECT count(*)::int FROM device d WHERE d.profile_id = p.id) AS devices
       FROM profile p`,
    );

  it('is as the four rules have it after any sequence of calls', async () => {
    const random = new Random(seed);
    for (let sequence = 0; sequence < sequences; sequence += 1) {
      await forgetAll();
      const model = new IdentityModel();
      const devices: ModelDevice[] = [];
      for (let count = 0; count < 4; count += 1) devices.push(model.add(await install()));
      for (let count = 0; count < steps; count += 1) await step(random, model, devices);
      expect(await stored()).toEqual({ ...sorted(model.state()), strayEvents: [{ count: 0 }] });
    }
  }, 120_000);

  it('is one consistent state after calls at the same time, of many devices and of one', async () => {
    const random = new Random(seed + 1);
    await forgetAll();
    const devices = await Promise.all(Array.from({ length: 4 }, install));
    const anything = (device: ModelDevice): Promise<unknown> =>
      random.pick([
        () => say(device, 'PUT', '/user', { userId: random.pick(users) }),
        () => say(device, 'PATCH', '/attributes', { profile: { [`key-${random.int(0, 2)}`]: 1 } }),
        () => say(device, 'PATCH', '', { pushToken: `m-token-${random.int(0, 2)}` }),
        () => say(device, 'POST', '/events', { hits: [{ name: 'spin' }] }),
        () => stage.send('/imports/devices', `userId,token,platform\nm-1,m-token-${random.int(0, 2)},IOS\n`),
      ])();
    await stage.send('/imports/profiles', 'userId\nm-1\n');
    for (let round = 0; round < 12; round += 1) {
      await Promise.all(devices.flatMap((device) => [anything(device), anything(device), anything(device)]));
    }
    const lost = await stage.database.query(
      `SELECT 'person without device' AS what FROM profile p WHERE user_id IS NULL AND NOT EXISTS (SELECT FROM device d WHERE d.profile_id = p.id)
       UNION ALL SELECT 'device without person' FROM device d WHERE NOT EXISTS (SELECT FROM profile p WHERE p.id = d.profile_id)
       UNION ALL SELECT 'shared by anonymous' FROM device d JOIN profile p ON p.id = d.profile_id AND p.user_id IS NULL GROUP BY p.id HAVING count(*) > 1
       UNION ALL SELECT 'event without person' FROM behaviour b WHERE NOT EXISTS (SELECT FROM profile p WHERE p.id = b.profile_id)`,
    );
    expect(lost).toEqual([]);
  }, 120_000);
});

/** In one order, whatever the order in which they were made. */
function sorted({ devices, people }: { devices: unknown[]; people: unknown[] }): {
  devices: unknown[];
  people: unknown[];
} {
  return { devices: inOrder(devices), people: inOrder(people) };
}

function inOrder(rows: unknown[]): unknown[] {
  const text = (value: unknown): string =>
    typeof value === 'object' && value !== null
      ? Object.entries(value)
          .sort()
          .map(([name, each]) => `${name}=${text(each)}`)
          .join()
      : String(value);
  return [...rows].sort((one, other) => (text(one) < text(other) ? -1 : 1));
}
