import type { DemoContext } from './demo-context';
import type { SandboxTenant } from './sandbox-control';

/** How many customers the campaign of the demo names. */
export const customerCount = 10_000;

const createConnection = /* GraphQL */ `
  mutation DemoConnect($input: CreateConnectionInput!) {
    createConnection(input: $input) { connection { id } userErrors { code message path } }
  }
`;

const addChannel = /* GraphQL */ `
  mutation DemoChannel($input: AddChannelInput!) {
    addChannel(input: $input) { channel { id } userErrors { code message path } }
  }
`;

const createProviderAccount = /* GraphQL */ `
  mutation DemoProvider($input: CreateProviderAccountInput!) {
    createProviderAccount(input: $input) { providerAccount { id } userErrors { code message path } }
  }
`;

const importProfiles = /* GraphQL */ `
  mutation DemoImport($input: ImportProfilesInput!) {
    importProfiles(input: $input) { task { id } userErrors { code message path } }
  }
`;

const createCampaign = /* GraphQL */ `
  mutation DemoCampaign($input: CreateCampaignInput!) {
    createCampaign(input: $input) { campaign { id version } userErrors { code message path } }
  }
`;

const launchCampaign = /* GraphQL */ `
  mutation DemoLaunch($input: LaunchCampaignInput!) {
    launchCampaign(input: $input) { campaign { id publication { optimoveTemplateId } } userErrors { code message path } }
  }
`;

/** A new account in the sandbox, as an Optimove account manager would hand one out. */
export function createTenant({ sandbox }: DemoContext): Promise<SandboxTenant> {
  return sandbox.post('/tenants', { name: 'Demo' });
}

/** Connects the account; the api checks the token against the sandbox before it stores anything. */
export async function connect({ api }: DemoContext, tenant: SandboxTenant): Promise<string> {
  const input = {
    name: 'Demo',
    endpoint: tenant.endpoint,
    apiToken: tenant.apiToken,
    timeZone: 'Europe/Dublin',
    mobileNumberAttribute: 'MOBILE',
  };
  const { connection } = await api.mutate<{ connection: { id: string } }>(createConnection, input);
  return connection.id;
}

/** Adds the channel "Xtremepush", which registers the listeners. */
export async function addMobilePushChannel(
  { api }: DemoContext,
  ids: { connectionId: string; optimoveChannelId: number },
): Promise<string> {
  const { channel } = await api.mutate<{ channel: { id: string } }>(addChannel, { ...ids, kind: 'MOBILE_PUSH' });
  return channel.id;
}

/** Adds one provider account with the settings of its far end in the sandbox. */
export async function addProvider(
  { api }: DemoContext,
  input: { medium: string; provider: string; name: string; settings: Record<string, unknown> },
): Promise<void> {
  await api.mutate(createProviderAccount, input);
}

/** Imports the profiles of the demo from CSV; returns the task to wait for. */
export async function importCustomers({ api }: DemoContext, csv: string): Promise<string> {
  const { task } = await api.mutate<{ task: { id: string } }>(importProfiles, { csv });
  return task.id;
}

/** Builds the campaign and launches it, which makes it a template in Optimove; returns the template's id there. */
export async function launchDemoCampaign(
  { api }: DemoContext,
  input: { channelId: string; title: string; content: Record<string, unknown> },
): Promise<string> {
  const created = await api.mutate<{ campaign: { id: string; version: number } }>(createCampaign, input);
  const { campaign } = await api.mutate<{ campaign: { publication: { optimoveTemplateId: string } } }>(launchCampaign, {
    id: created.campaign.id,
    version: created.campaign.version,
  });
  return campaign.publication.optimoveTemplateId;
}

/** Schedules the campaign in the sandbox and runs it now; returns its id there and how many customers it names. */
export function runOptimoveCampaign(
  { sandbox }: DemoContext,
  input: { tenantId: string; channelId: number; templateId: string; customers: number },
): Promise<{ campaignId: string; customers: number }> {
  return sandbox.post(`/tenants/${input.tenantId}/campaigns`, input);
}
