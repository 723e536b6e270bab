import { generateKeyPairSync } from 'node:crypto';
import type { World } from '../servers/world';
import { addChannelWithCampaign, GraphqlClient } from './graphql';
import { control } from './http';

/** A connected account with one scheduled and one triggered campaign's template, and people to send to. */
export interface Stage {
  tenantId: string;
  connectionId: string;
  scheduled: StageChannel;
  triggered: StageChannel;
  /** Whoever is in a list or meets a trigger. */
  audience: { seed: number; mix: Record<string, number> };
  /** Most people in one list; the first of them are in every smaller one. */
  mostPeople: number;
}

/** A channel and the template on it. */
export interface StageChannel {
  optimoveChannelId: number;
  templateId: number;
}

const mix = { unmatched: 0.02, noDevice: 0.01, pushUnsubscribed: 0.03, duplicate: 0.01, malformed: 0.002 };

/** Connects an account of the sandbox, sets the sink up as the push provider and imports everybody. */
export async function setStage(world: World, { seed, people }: { seed: number; people: number }): Promise<Stage> {
  const graphql = new GraphqlClient(world.apiUrl, String(world.api.said.key));
  const tenant = await control<{ id: string; endpoint: string; apiToken: string }>(world, 'POST', '/tenants', {
    name: 'Drill',
    ratePer10s: 1_000,
  });
  await graphql.mutate('createProviderAccount', 'CreateProviderAccountInput', 'providerAccount { id }', {
    provider: 'fcm',
    name: 'Sink',
    settings: [
      { name: 'serviceAccount', value: JSON.stringify(serviceAccount(world.sinkUrl)) },
      { name: 'baseUrl', value: world.sinkUrl },
    ],
  });
  const { connection } = await graphql.mutate<{ connection: { id: string } }>(
    'createConnection',
    'CreateConnectionInput',
    'connection { id }',
    { name: 'Drill', endpoint: tenant.endpoint, apiToken: tenant.apiToken, pageSize: 1_000, callsPerSecond: 100 },
  );
  const scheduled = await addChannelWithCampaign(graphql, connection.id, 'MOBILE_PUSH');
  const triggered = await addChannelWithCampaign(graphql, connection.id, 'TRIGGERED');
  const audience = { seed, mix };
  const stage = {
    tenantId: tenant.id,
    connectionId: connection.id,
    scheduled,
    triggered,
    audience,
    mostPeople: people,
  };
  await importPeople(world, stage, graphql);
  return stage;
}

async function importPeople(
  world: World,
  { tenantId, scheduled, audience, mostPeople }: Stage,
  graphql: GraphqlClient,
): Promise<void> {
  const { id } = await control<{ id: string }>(world, 'POST', `/tenants/${tenantId}/campaigns`, {
    channelId: scheduled.optimoveChannelId,
    templateIds: [scheduled.templateId],
    customers: { count: mostPeople, ...audience },
  });
  for (const [file, path] of [
    ['profiles.csv', '/imports/profiles'],
    ['devices.csv', '/imports/devices'],
  ]) {
    const csv = await fetch(`${world.sandboxUrl}/control/tenants/${tenantId}/campaigns/${id}/${file}`);
    await graphql.upload(path ?? '', await csv.text());
  }
}

/** Credentials of a push project whose tokens the sink gives out. */
export function serviceAccount(sinkUrl: string): object {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    type: 'service_account',
    project_id: 'drill',
    client_email: 'drill@example.com',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: `${sinkUrl}/token`,
  };
}
