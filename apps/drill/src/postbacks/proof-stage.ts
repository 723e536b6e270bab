import { GraphqlClient } from '../optimove/graphql';
import { control } from '../optimove/http';
import { type Random, randomFrom } from '../plan/random';
import { addAccounts } from './accounts';
import { type Connected, connect, tellings } from './connect';
import { messagesOf } from './messages';
import { type ImportedPeople, type Person, varyPeople } from './people';
import { installApp } from './phones';
import type { ProofSize, ProofWorld } from './proof-world';
import type { Player } from './requests';
import { until } from './until';

/** A connection whose campaign was sent to people of its own. */
export interface ProofConnection extends Connected {
  optimoveCampaignId: string;
  executionId: string;
  people: Person[];
  /** Rows of the list. */
  announced: number;
}

/** Connections that tell Optimove of results in all ways. */
export interface ProofStage {
  graphql: GraphqlClient;
  connections: ProofConnection[];
  /** Everybody who got a message, by customer. */
  players: Map<string, Player>;
}

const mix = { unmatched: 0.02, noDevice: 0.2 };

/** Connects once for each way of telling, imports people, has a campaign sent to each and switches all postbacks on. */
export async function setProofStage(world: ProofWorld, size: ProofSize): Promise<ProofStage> {
  const graphql = new GraphqlClient(world.apiUrl, world.apiKey);
  await addAccounts(world, graphql);
  // What support does with a key of its own.
  await world.ask(
    `INSERT INTO subscription_postback_allowance (project_id, allowed_by) SELECT id, 'proof' FROM project`,
  );
  const random = randomFrom(size.seed);
  const connections: ProofConnection[] = [];
  const players = new Map<string, Player>();
  for (const [index, telling] of tellings.entries()) {
    const connected = await connect(world, graphql, telling);
    const customers = { count: Math.floor(size.customers / tellings.length), seed: size.seed + index, mix };
    const { id, announced, people } = await plan(world, { graphql, connected, customers, random });
    const apps = people.filter(({ phone }) => phone === 'APP');
    const secrets = await installApp(world, { graphql, apps, name: telling.name });
    await control(world, 'POST', `/tenants/${connected.tenantId}/campaigns/${id}/run`, {});
    const executionId = await completed(graphql, connected.connectionId);
    connections.push({ ...connected, optimoveCampaignId: id, executionId, people, announced });
    const messages = await messagesOf(world, executionId);
    for (const person of people) {
      const own = messages.get(person.customerId);
      if (own)
        players.set(person.customerId, { person, messages: own, secret: secrets.get(person.customerId) ?? null });
    }
  }
  return { graphql, connections, players };
}

interface Planning {
  graphql: GraphqlClient;
  connected: Connected;
  customers: object;
  random: Random;
}

/** Plans a campaign at Optimove, whose callbacks all come twice, and imports its people. */
async function plan(
  world: ProofWorld,
  { graphql, connected: { tenantId, channels, templateId }, customers, random }: Planning,
): Promise<Pick<ImportedPeople, 'people'> & { id: string; announced: number }> {
  await control(world, 'PUT', `/tenants/${tenantId}/faults`, { callbacks: { duplicate: true } });
  const { id, announced } = await control<{ id: string; announced: number }>(
    world,
    'POST',
    `/tenants/${tenantId}/campaigns`,
    { channelId: channels.push, templateIds: [templateId], customers },
  );
  const file = async (name: string): Promise<string> =>
    (await fetch(`${world.sandboxUrl}/control/tenants/${tenantId}/campaigns/${id}/${name}`)).text();
  const files = { profiles: await file('profiles.csv?mobileNumber=true'), devices: await file('devices.csv') };
  const { people, profiles, devices } = varyPeople(files, random);
  await graphql.upload('/imports/profiles', profiles);
  await graphql.upload('/imports/devices', devices);
  return { id, announced, people };
}

function completed(graphql: GraphqlClient, connectionId: string): Promise<string> {
  const document = 'query ($id: ID!) { executions(first: 1, connectionId: $id) { nodes { id state } } }';
  return until('the execution is complete', async () => {
    const { executions } = await graphql.ask<{ executions: { nodes: { id: string; state: string }[] } }>(document, {
      id: connectionId,
    });
    const [execution] = executions.nodes;
    return execution?.state === 'COMPLETED' ? execution.id : null;
  });
}
