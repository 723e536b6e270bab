import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { WorkerPart } from '../../../../libs/platform/src';
import { freePort, migrate, newDatabase } from '../database';
import { type BenchProcess, startProcess } from '../processes';
import { content, pageSize } from './content';

/** What docs/running.md advises for the workers of bulk where triggered messages have their own. */
const bulkNiceness = 5;

/** Everything that a run needs, started and connected. */
export interface BenchInstallation {
  databaseUrl: string;
  projectId: string;
  api: BenchProcess;
  workers: BenchProcess[];
  sinkUrl: string;
  tenant: { id: string; endpoint: string; apiToken: string; channels: { id: number }[] };
  templateId: string;
  connectionId: string;
  graphql<T>(query: string, variables?: Record<string, unknown>): Promise<T>;
  control<T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<T>;
  importFile(file: string, path: string): Promise<void>;
  /** Imports rows that the bench made itself. */
  importCsv(path: string, csv: string): Promise<void>;
  stop(): Promise<void>;
}

/** Where an installation runs, and of what. */
export interface InstallOptions {
  serverUrl: string;
  /** What each worker process takes; one that takes all when absent. */
  workers?: WorkerPart[];
  env?: Record<string, string>;
}

/** Starts api, workers, sandbox and sink on a new database of the server, and launches the campaign. */
export async function install({
  serverUrl,
  workers: parts = ['all'],
  env: extraEnv,
}: InstallOptions): Promise<BenchInstallation> {
  const databaseUrl = await newDatabase(serverUrl);
  await migrate(databaseUrl);
  const [apiPort, sandboxPort] = [await freePort(), await freePort()];
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
  const env = {
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    OUTBOUND_ALLOW_PRIVATE: '1',
    PORT: String(apiPort),
    PUBLIC_URL: apiUrl,
    LOG_LEVEL: 'error',
    ...extraEnv,
  };
  const sandbox = await startProcess('sandbox/src/main.js', { SANDBOX_PORT: String(sandboxPort) });
  const sink = await startProcess('bench/src/sink.js', {});
  const api = await startProcess('api/src/main.js', env);
  const workers: BenchProcess[] = [];
  for (const part of parts) {
    const niceness = part === 'rest' ? bulkNiceness : 0;
    workers.push(await startProcess('worker/src/main.js', { ...env, WORKER_SERVES: part }, niceness));
  }
  const sinkUrl = `http://127.0.0.1:${sink.said.port}`;
  const key = String(api.said.key);
  const graphql = <T>(query: string, variables: Record<string, unknown> = {}): Promise<T> =>
    json<{ data: T; errors?: unknown }>(`${apiUrl}/graphql`, { query, variables }, key).then(({ data, errors }) => {
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    });
  const control = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const url = `${sandboxUrl}/control${path}`;
    const answer = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const tenant = await control<BenchInstallation['tenant']>('POST', '/tenants', { name: 'Bench', ratePer10s: 1000 });
  const launched = await launch(graphql, tenant, sinkUrl);
  return {
    databaseUrl,
    api,
    workers,
    sinkUrl,
    tenant,
    ...launched,
    graphql,
    control,
    importFile: async (file, path) => {
      const csv = await fetch(`${sandboxUrl}/control${file}`);
      const init = { method: 'POST', body: csv.body, duplex: 'half', headers: { authorization: `Bearer ${key}` } };
      const answer = await fetch(`${apiUrl}${path}`, init as RequestInit);
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    },
    importCsv: async (path, csv) => {
      const answer = await fetch(`${apiUrl}${path}`, {
        method: 'POST',
        body: csv,
        headers: { authorization: `Bearer ${key}` },
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    },
    stop: async () => {
      for (const each of [...workers, api, sandbox, sink]) await each.stop();
    },
  };
}

/** Runs a mutation of one `input`. @throws with the user errors. */
export async function mutate<T>(
  graphql: BenchInstallation['graphql'],
  { field, type, selection }: { field: string; type: string; selection: string },
  input: object,
): Promise<T> {
  const document = `mutation ($input: ${type}!) { ${field}(input: $input) { ${selection} userErrors { message path } } }`;
  const data = await graphql<Record<string, T & { userErrors: unknown[] }>>(document, { input });
  const payload = data[field];
  if (!payload || payload.userErrors.length > 0) throw new Error(`${field}: ${JSON.stringify(payload?.userErrors)}`);
  return payload;
}

/** Makes a campaign with the bench's push message and launches it; returns its template id in Optimove. */
export async function launchCampaign(
  graphql: BenchInstallation['graphql'],
  { channelId, name }: { channelId: string; name: string },
): Promise<string> {
  const { campaign } = await mutate<{ campaign: { id: string; version: number } }>(
    graphql,
    { field: 'createCampaign', type: 'CreateCampaignInput', selection: 'campaign { id version }' },
    { channelId, name, content: { mobilePush: content } },
  );
  const launched = await mutate<{ campaign: { publication: { optimoveTemplateId: string } } }>(
    graphql,
    {
      field: 'launchCampaign',
      type: 'LaunchCampaignInput',
      selection: 'campaign { publication { optimoveTemplateId } }',
    },
    campaign,
  );
  return launched.campaign.publication.optimoveTemplateId;
}

async function launch(
  graphql: BenchInstallation['graphql'],
  tenant: BenchInstallation['tenant'],
  sinkUrl: string,
): Promise<Pick<BenchInstallation, 'projectId' | 'templateId' | 'connectionId'>> {
  const settings = [
    { name: 'serviceAccount', value: JSON.stringify(serviceAccount(sinkUrl)) },
    { name: 'baseUrl', value: sinkUrl },
  ];
  await mutate(
    graphql,
    { field: 'createProviderAccount', type: 'CreateProviderAccountInput', selection: 'providerAccount { id }' },
    { provider: 'fcm', name: 'Sink', settings },
  );
  const { connection } = await mutate<{ connection: { id: string } }>(
    graphql,
    { field: 'createConnection', type: 'CreateConnectionInput', selection: 'connection { id }' },
    { name: 'Bench', endpoint: tenant.endpoint, apiToken: tenant.apiToken, pageSize, callsPerSecond: 100 },
  );
  const { channel } = await mutate<{ channel: { id: string } }>(
    graphql,
    { field: 'addChannel', type: 'AddChannelInput', selection: 'channel { id }' },
    { connectionId: connection.id, kind: 'MOBILE_PUSH' },
  );
  const templateId = await launchCampaign(graphql, { channelId: channel.id, name: 'Bench' });
  const { project } = await graphql<{ project: { id: string } }>('{ project { id } }');
  return {
    projectId: project.id,
    connectionId: connection.id,
    templateId,
  };
}

function serviceAccount(sinkUrl: string): object {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    type: 'service_account',
    project_id: 'bench',
    client_email: 'bench@example.com',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: `${sinkUrl}/token`,
  };
}

async function json<T>(url: string, body: unknown, key: string): Promise<T> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as T;
}
