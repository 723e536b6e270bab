import { createSandbox, type Sandbox, type SandboxOptions } from '../../apps/sandbox/src/create-sandbox';
import { type FarEnds, startFarEnds } from '../../apps/sandbox/src/far-ends';
import { createTestDatabase, type TestDatabase } from './database';
import { freePort } from './free-port';
import { startHost, type TestHost } from './host';

/** The whole product as processes on a database of its own, with the sandbox around it. */
export interface Product {
  database: TestDatabase;
  sandbox: Sandbox;
  farEnds: FarEnds;
  apiUrl: string;
  apiKey: string;
  hosts: { api: TestHost; worker: TestHost };
  env: Record<string, string>;
  /** Runs one GraphQL document and returns its data. @throws with the messages of top-level errors. */
  graphql<T = Record<string, unknown>>(query: string, variables?: Record<string, unknown>): Promise<T>;
  /** Calls the api over REST with the key. */
  rest(path: string, init?: RequestInit): Promise<Response>;
  /** Calls the control API of the sandbox. */
  control<T = Record<string, unknown>>(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<T>;
  /** The same product as the holder of another key sees it. */
  as(key: string): Product;
  stop(): Promise<void>;
}

/** What to do otherwise. */
export interface ProductOptions {
  env?: Record<string, string>;
  sandbox?: Omit<SandboxOptions, 'farEnds'>;
}

const encryptionKeys = `k1:${Buffer.alloc(32, 7).toString('base64')}`;

/** Files run at the same time and must not take each other's jobs: each has a logical database of the one Redis. */
function redisOfOurOwn(): string {
  return Object.assign(new URL(process.env.REDIS_URL ?? ''), { pathname: `/${process.env.JEST_WORKER_ID}` }).toString();
}

/** Starts everything. Queues are on PostgreSQL, or on Redis where QUEUE_TEST_BACKEND says so. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const database = await createTestDatabase();
  const farEnds = await startFarEnds();
  const sandbox = await createSandbox({ farEnds, ...options.sandbox });
  const port = await freePort();
  const apiUrl = `http://127.0.0.1:${port}`;
  const env = {
    DATABASE_URL: database.url,
    DATABASE_POOL: '8',
    ENCRYPTION_KEYS: encryptionKeys,
    OUTBOUND_ALLOW_PRIVATE: '1',
    PORT: String(port),
    PUBLIC_URL: apiUrl,
    OPTIMOVE_STORAGE_URL: sandbox.url,
    LOG_LEVEL: 'error',
    ...(process.env.QUEUE_TEST_BACKEND === 'redis' ? { REDIS_URL: redisOfOurOwn() } : {}),
    ...options.env,
  };
  const [api, worker] = await Promise.all([startHost('api', env), startHost('worker', env)]);
  const apiKey = String(api.messages['first-key']?.key);
  const hosts = { api, worker };
  const as = (key: string): Product => ({ ...product, ...callsAs(apiUrl, key), apiKey: key });
  const product: Product = {
    database,
    sandbox,
    farEnds,
    apiUrl,
    apiKey,
    hosts,
    env,
    as,
    ...callsAs(apiUrl, apiKey),
    control: async <T>(method: string, path: string, body?: unknown) => {
      const answer = await fetch(`${sandbox.url}/control${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${method} /control${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as T;
    },
    stop: async () => {
      await Promise.all([hosts.api.stop(), hosts.worker.stop()]);
      await sandbox.close();
      await database.drop();
    },
  };
  return product;
}

function callsAs(apiUrl: string, key: string): Pick<Product, 'graphql' | 'rest'> {
  const authorization = { authorization: `Bearer ${key}` };
  return {
    graphql: async <T>(query: string, variables = {}) => {
      const answer = await fetch(`${apiUrl}/graphql`, {
        method: 'POST',
        headers: { ...authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await answer.json()) as { data: T; errors?: { message: string }[] };
      if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
      return data;
    },
    rest: (path, init = {}) => fetch(`${apiUrl}${path}`, { ...init, headers: { ...authorization, ...init.headers } }),
  };
}
