import { addChannelWithCampaign, GraphqlClient } from '../optimove/graphql';
import { control } from '../optimove/http';
import type { ProofSize, ProofWorld } from './proof-world';
import { until } from './until';

/** A connected account whose campaign has been sent. */
export interface ProofStage {
  graphql: GraphqlClient;
  tenantId: string;
  connectionId: string;
  executionId: string;
  channels: { push: number; sms: number; email: number };
}

interface Tenant {
  id: string;
  endpoint: string;
  apiToken: string;
  channels: { id: number }[];
  smsSubscriptionChannelId: number;
}

/** Connects, imports people, has a campaign sent to them and switches all postbacks on. */
export async function setProofStage(world: ProofWorld, size: ProofSize): Promise<ProofStage> {
  const graphql = new GraphqlClient(world.apiUrl, world.apiKey);
  const tenant = await control<Tenant>(world, 'POST', '/tenants', { name: 'Postbacks', ratePer10s: 1_000 });
  await graphql.mutate('createProviderAccount', 'CreateProviderAccountInput', 'providerAccount { id }', {
    provider: 'fcm',
    name: 'Push',
    settings: Object.entries(world.fcm).map(([name, value]) => ({ name, value })),
  });
  const { connection } = await graphql.mutate<{ connection: { id: string } }>(
    'createConnection',
    'CreateConnectionInput',
    'connection { id }',
    { name: 'Postbacks', endpoint: tenant.endpoint, apiToken: tenant.apiToken, callsPerSecond: 100 },
  );
  const channel = await addChannelWithCampaign(graphql, connection.id, 'MOBILE_PUSH');
  await graphql.mutate('addChannel', 'AddChannelInput', 'channel { id }', {
    connectionId: connection.id,
    kind: 'SMS_SUBSCRIPTION',
    optimoveChannelId: tenant.smsSubscriptionChannelId,
  });
  const email = tenant.channels.map(({ id }) => id).find((id) => id !== channel.optimoveChannelId) ?? 0;
  const stage = {
    graphql,
    tenantId: tenant.id,
    connectionId: connection.id,
    channels: { push: channel.optimoveChannelId, sms: tenant.smsSubscriptionChannelId, email },
  };
  const campaignId = await importPeople(world, stage, { size, templateId: channel.templateId });
  await switchOn(world, stage);
  await control(world, 'PUT', `/tenants/${tenant.id}/faults`, { callbacks: { duplicate: true } });
  await control(world, 'POST', `/tenants/${tenant.id}/campaigns/${campaignId}/run`, {});
  return { ...stage, executionId: await completed(stage) };
}

async function importPeople(
  world: ProofWorld,
  { graphql, tenantId, channels }: Omit<ProofStage, 'executionId'>,
  { size, templateId }: { size: ProofSize; templateId: number },
): Promise<string> {
  const { id } = await control<{ id: string }>(world, 'POST', `/tenants/${tenantId}/campaigns`, {
    channelId: channels.push,
    templateIds: [templateId],
    customers: { count: size.customers, seed: size.seed },
  });
  for (const [file, path] of [
    ['profiles.csv', '/imports/profiles'],
    ['devices.csv', '/imports/devices'],
  ]) {
    const csv = await fetch(`${world.sandboxUrl}/control/tenants/${tenantId}/campaigns/${id}/${file}`);
    await graphql.upload(path ?? '', await csv.text());
  }
  return id;
}

async function switchOn(world: ProofWorld, { graphql, connectionId, channels }: Omit<ProofStage, 'executionId'>) {
  await graphql.mutate('setEngagementPostback', 'SetEngagementPostbackInput', 'engagementPostback { road }', {
    connectionId,
    version: 0,
    onDoubt: 'KEEP',
    everyMinutes: 0,
  });
  // What support does with a key of its own.
  await world.ask(
    `INSERT INTO subscription_postback_allowance (project_id, allowed_by) SELECT id, 'proof' FROM project`,
  );
  await graphql.mutate('setSubscriptionPostback', 'SetSubscriptionPostbackInput', 'subscriptionPostback { state }', {
    connectionId,
    version: 0,
    isOn: true,
    isMappingConfirmed: true,
    emailChannelId: channels.email,
  });
}

function completed({ graphql, connectionId }: Omit<ProofStage, 'executionId'>): Promise<string> {
  const document = 'query ($id: ID!) { executions(first: 1, connectionId: $id) { nodes { id state } } }';
  return until('the execution is complete', async () => {
    const { executions } = await graphql.ask<{ executions: { nodes: { id: string; state: string }[] } }>(document, {
      id: connectionId,
    });
    const [execution] = executions.nodes;
    return execution?.state === 'COMPLETED' ? execution.id : null;
  });
}
