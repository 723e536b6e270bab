import { randomUUID } from 'node:crypto';
import type { Account, Stage } from './stage';

/** A phone with an installation of the app. */
export interface Phone {
  deviceId: string;
  profileId: string;
  /** Calls the SDK's API as this device; `path` follows `/sdk/v1/device`. @returns the status. */
  call(method: string, path: string, body: object): Promise<number>;
}

/** An app, and a rule by which `gamStop` is true excludes. */
export interface GuardedApp {
  /** Where the attribute of the rule is kept. */
  account: Account;
  /** A new phone; one with a token that was there is a new installation on the same phone. */
  install(pushToken?: string): Promise<Phone>;
  signIn(phone: Phone, userId: string): Promise<void>;
}

/** Adds both to a stage. */
export async function guardedApp(stage: Stage): Promise<GuardedApp> {
  const { sdkKey } = await stage.mutate<{ sdkKey: string }>('createApp', 'CreateAppInput', 'sdkKey', {
    ...{ name: 'Casino', platform: 'ANDROID' },
  });
  const account = await stage.connect();
  const { id: suppressionAttributeId } = await stage.choose(account, 'gamStop');
  await stage.mutate('createExclusionRule', 'CreateExclusionRuleInput', 'rule { id }', {
    ...{ suppressionAttributeId, excludingValues: ['true'], whenUnknown: 'ALLOW', maximumAgeHours: 72 },
  });
  const url = await stage.app.getUrl();
  const call = (method: string, path: string, headers: Record<string, string>, body: object): Promise<Response> =>
    fetch(`${url}/sdk/v1/${path}`, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  return {
    account,
    install: async (pushToken = randomUUID()) => {
      const installation = { installationId: randomUUID(), pushToken };
      const registered = await call('POST', 'devices', { 'x-app-key': sdkKey }, installation);
      const { deviceSecret, ...phone } = (await registered.json()) as Phone & { deviceSecret: string };
      const own = { authorization: `Bearer ${deviceSecret}` };
      return { ...phone, call: async (method, path, body) => (await call(method, `device${path}`, own, body)).status };
    },
    signIn: async (phone, userId) => expect(await phone.call('PUT', '/user', { userId })).toBe(200),
  };
}

/** Everything of the rule's attribute is known as of today. */
export async function hearEverything(stage: Stage): Promise<void> {
  await stage.database.query(
    `UPDATE suppression_attribute SET state = 'FRESH', data_date = current_date, data_as_of = now(), complete_date = current_date`,
  );
}
