import { newId } from '@libs/foundation';
import { Pool } from 'undici';
import type { GraphqlClient } from '../optimove/graphql';
import type { Person } from './people';
import type { ProofWorld } from './proof-world';

const sockets = 16;
const mostAnHour = 10_000_000;

/** Installs our app on the phones of these people and signs them in. @returns the secrets of the phones by customer. */
export async function installApp(
  { apiUrl }: ProofWorld,
  { graphql, apps, name }: { graphql: GraphqlClient; apps: Person[]; name: string },
): Promise<Map<string, string>> {
  const sdkKey = await addApp(graphql, name);
  const pool = new Pool(apiUrl, { connections: sockets });
  const secrets = new Map<string, string>();
  const queue = apps.values();
  const work = async (): Promise<void> => {
    for (const { customerId } of queue) {
      const installation = { installationId: newId(), pushToken: `app-${customerId}` };
      const { deviceSecret } = await call<{ deviceSecret: string }>(pool, {
        ...{ method: 'POST', path: '/sdk/v1/devices', headers: { 'x-app-key': sdkKey }, body: installation },
      });
      const headers = { authorization: `Bearer ${deviceSecret}` };
      await call(pool, { method: 'PUT', path: '/sdk/v1/device/user', headers, body: { userId: customerId } });
      secrets.set(customerId, deviceSecret);
    }
  };
  await Promise.all(Array.from({ length: sockets }, work));
  await pool.close();
  return secrets;
}

async function addApp(graphql: GraphqlClient, name: string): Promise<string> {
  const { sdkKey, app } = await graphql.mutate<{ sdkKey: string; app: { id: string; version: number } }>(
    'createApp',
    'CreateAppInput',
    'sdkKey app { id version }',
    { name, platform: 'ANDROID' },
  );
  const limits = { registrationsPerHour: mostAnHour, registrationsPerAddress: mostAnHour };
  await graphql.mutate('updateApp', 'UpdateAppInput', 'app { id }', { ...app, ...limits });
  return sdkKey;
}

interface Call {
  method: 'POST' | 'PUT';
  path: string;
  headers: Record<string, string>;
  body: object;
}

async function call<T>(pool: Pool, { method, path, headers, body }: Call): Promise<T> {
  const answer = await pool.request({
    ...{ method, path, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) },
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
  return JSON.parse(text) as T;
}
