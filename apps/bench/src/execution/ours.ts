import { setTimeout as pause } from 'node:timers/promises';
import type { BenchInstallation } from './installation';

/** An execution that was measured. */
export interface MeasuredExecution {
  optimoveCampaignId: string;
  /** Seconds from the callback to the frozen audience. */
  toFreeze: number;
  /** Seconds from the callback to completion. */
  toCompletion: number;
}

interface Execution {
  optimoveCampaignId: string;
  state: string;
  reason: string | null;
  announcedAt: string;
  frozenAt: string;
  completedAt: string;
  funnel: { sent: number };
}

const limitMs = 600_000;
const limitMsPerPerson = 2;
const query = `query ($id: ID!) { executions(first: 1, connectionId: $id) { nodes {
  optimoveCampaignId state reason announcedAt frozenAt completedAt funnel { sent } } } }`;

/** Imports the people of a new campaign and has Optimove plan it; returns its id there. */
export async function plan(
  { control, tenant, templateId, importFile }: BenchInstallation,
  count: number,
): Promise<string> {
  const { id } = await control<{ id: string }>('POST', `/tenants/${tenant.id}/campaigns`, {
    channelId: tenant.channels[0]?.id,
    templateIds: [templateId],
    customers: { count, seed: 3 },
  });
  await importFile(`/tenants/${tenant.id}/campaigns/${id}/profiles.csv`, '/imports/profiles');
  await importFile(`/tenants/${tenant.id}/campaigns/${id}/devices.csv`, '/imports/devices');
  return id;
}

/** Has Optimove execute the campaign and waits until it is complete. @throws when not everybody was sent to. */
export async function execute(installation: BenchInstallation, id: string, count: number): Promise<MeasuredExecution> {
  const { control, tenant, graphql, connectionId } = installation;
  await control('POST', `/tenants/${tenant.id}/campaigns/${id}/run`, {});
  const limit = limitMs + limitMsPerPerson * count;
  const giveUpAt = Date.now() + limit;
  while (Date.now() < giveUpAt) {
    const { executions } = await graphql<{ executions: { nodes: Execution[] } }>(query, { id: connectionId });
    const [execution] = executions.nodes;
    if (execution?.state === 'FAILED') throw new Error(`The execution failed: ${execution.reason}`);
    if (execution?.optimoveCampaignId === id && execution.state === 'COMPLETED') return measure(execution, count);
    await pause(500);
  }
  throw new Error(`The execution did not complete within ${limit / 1000} s`);
}

function measure(execution: Execution, count: number): MeasuredExecution {
  if (execution.funnel.sent !== count) throw new Error(`${execution.funnel.sent} of ${count} were sent to`);
  const seconds = (to: string): number => (Date.parse(to) - Date.parse(execution.announcedAt)) / 1000;
  return {
    optimoveCampaignId: execution.optimoveCampaignId,
    toFreeze: seconds(execution.frozenAt),
    toCompletion: seconds(execution.completedAt),
  };
}
