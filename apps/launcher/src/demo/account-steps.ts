import type { DemoContext } from './demo-context';
import type { FarEndEndpoints, SandboxTenant } from './sandbox-control';

const createConnection = /* GraphQL */ `
  mutation DemoConnect($input: CreateConnectionInput!) {
    createConnection(input: $input) { connection { id } userErrors { code message path } }
  }
`;

const addChannel = /* GraphQL */ `
  mutation DemoChannel($input: AddChannelInput!) {
    addChannel(input: $input) { channel { id state } userErrors { code message path } }
  }
`;

const createProviderAccount = /* GraphQL */ `
  mutation DemoProvider($input: CreateProviderAccountInput!) {
    createProviderAccount(input: $input) { providerAccount { id } userErrors { code message path } }
  }
`;

/** A new account in the sandbox, as an Optimove account manager would hand one out. */
export function createTenant({ sandbox }: DemoContext): Promise<SandboxTenant> {
  return sandbox.post('/tenants', { name: 'Demo' });
}

/** Sets up push, e-mail and SMS with the far ends in the sandbox; each is tried before it is stored. */
export async function addProviders({ api, sandbox, runName }: DemoContext): Promise<void> {
  const far = await sandbox.get<FarEndEndpoints>('/endpoints');
  const accounts = [
    { provider: 'fcm', settings: { serviceAccount: JSON.stringify(far.fcmServiceAccount), baseUrl: far.fcmBaseUrl } },
    {
      provider: 'apns',
      settings: {
        privateKey: far.apnsPrivateKey,
        keyId: far.apnsKeyId,
        teamId: far.apnsTeamId,
        topic: far.apnsTopic,
        baseUrl: far.apnsBaseUrl,
      },
    },
    { provider: 'smtp', settings: { host: far.smtpHost, port: String(far.smtpPort), allowsPlain: 'true' } },
    {
      provider: 'smpp',
      settings: {
        host: far.smscHost,
        port: String(far.smscPort),
        systemId: far.smscSystemId,
        password: far.smscPassword,
      },
    },
  ];
  for (const { provider, settings } of accounts) {
    await api.mutate(createProviderAccount, {
      provider,
      name: `${runName} ${provider}`,
      isDefault: true,
      settings: Object.entries(settings).map(([name, value]) => ({ name, value })),
    });
  }
}

/** Connects the account; the api checks the token against the sandbox before it stores anything. */
export async function connect({ api, runName }: DemoContext, tenant: SandboxTenant): Promise<string> {
  const { connection } = await api.mutate<{ connection: { id: string } }>(createConnection, {
    name: runName,
    endpoint: tenant.endpoint,
    apiToken: tenant.apiToken,
    timeZone: 'UTC',
    mobileNumberAttribute: 'MobileNumber',
  });
  return connection.id;
}

/** Adds the channel "Xtremepush": finds its number by name and registers the listeners. */
export async function addPushChannel({ api }: DemoContext, connectionId: string): Promise<string> {
  const input = { connectionId, kind: 'MOBILE_PUSH', name: 'Xtremepush' };
  const { channel } = await api.mutate<{ channel: { id: string } }>(addChannel, input);
  return channel.id;
}
