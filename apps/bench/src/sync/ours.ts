import { setTimeout as pause } from 'node:timers/promises';
import { type BenchInstallation, mutate } from '../execution/installation';

interface Sync {
  dataDate: string;
  state: string;
  detail: string | null;
  received: number;
  startedAt: string;
  finishedAt: string;
}

/** The attribute that is synced. */
export const attribute = 'gamStop';
/** Data date on which the attribute is chosen; the days to sync come after it. */
export const firstDay = '2026-05-01';
const limitMs = 900_000;
const query = `query ($id: ID!) { suppressionSyncs(suppressionAttributeId: $id, first: 1) { nodes {
  dataDate state detail received startedAt finishedAt } } }`;

/** Chooses the attribute for the sync and returns its id. */
export async function choose({ control, graphql, tenant, connectionId }: BenchInstallation): Promise<string> {
  await control('PUT', `/tenants/${tenant.id}/attributes/${attribute}`, {});
  await control('PUT', `/tenants/${tenant.id}/data-date`, { date: firstDay });
  const { attributeDefinition } = await mutate<{ attributeDefinition: { id: string } }>(
    graphql,
    {
      field: 'createAttributeDefinition',
      type: 'CreateAttributeDefinitionInput',
      selection: 'attributeDefinition { id }',
    },
    { name: attribute, type: 'BOOLEAN' },
  );
  const { suppressionAttribute } = await mutate<{ suppressionAttribute: { id: string } }>(
    graphql,
    {
      field: 'chooseSuppressionAttribute',
      type: 'ChooseSuppressionAttributeInput',
      selection: 'suppressionAttribute { id }',
    },
    { connectionId, attributeDefinitionId: attributeDefinition.id },
  );
  return suppressionAttribute.id;
}

/** Lets a day pass on which everybody changed, syncs it, and returns the seconds from the first step to the last. */
export async function syncDay(
  { control, graphql, tenant, connectionId }: BenchInstallation,
  { attributeId, count, day, isOdd }: { attributeId: string; count: number; day: string; isOdd: boolean },
): Promise<number> {
  const values = isOdd ? ['false', 'true'] : ['true', 'false'];
  await control('PUT', `/tenants/${tenant.id}/attributes/${attribute}`, { madeUp: { count, prefix: 'p', values } });
  await control('PUT', `/tenants/${tenant.id}/data-date`, { date: day });
  await mutate(
    graphql,
    { field: 'runSuppressionSync', type: 'RunSuppressionSyncInput', selection: 'dataDate' },
    { connectionId },
  );
  const giveUpAt = Date.now() + limitMs;
  while (Date.now() < giveUpAt) {
    const { suppressionSyncs } = await graphql<{ suppressionSyncs: { nodes: Sync[] } }>(query, { id: attributeId });
    const [sync] = suppressionSyncs.nodes;
    if (sync?.dataDate === day && sync.state === 'FAILED') throw new Error(`The sync failed: ${sync.detail}`);
    if (sync?.dataDate === day && sync.finishedAt) return measure(sync, count);
    await pause(250);
  }
  throw new Error(`The sync did not end within ${limitMs / 1000} s`);
}

function measure({ received, startedAt, finishedAt, state }: Sync, count: number): number {
  if (received !== count || state !== 'SUCCEEDED') throw new Error(`${received} of ${count} changes came, ${state}`);
  return (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
}
