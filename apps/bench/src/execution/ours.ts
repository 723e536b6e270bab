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

/** How many messages of an execution have gone; null when it is over. */
export type Progress = () => Promise<number | null>;

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

/** Has Optimove execute the campaign and resolves when messages go out, or all have gone. @throws when it fails. */
export async function begin(installation: BenchInstallation, id: string): Promise<Progress> {
  const gone: Progress = async () => {
    const execution = await latest(installation);
    if (execution?.optimoveCampaignId !== id) return 0;
    if (execution.state === 'FAILED') throw new Error(`The execution failed: ${execution.reason}`);
    return execution.state === 'COMPLETED' ? null : execution.funnel.sent;
  };
  await run(installation, id);
  const giveUpAt = Date.now() + limitMs;
  while ((await gone()) === 0) {
    if (Date.now() > giveUpAt) throw new Error('The execution did not begin');
    await pause(200);
  }
  return gone;
}

/** Has Optimove execute the campaign and waits until it is complete. @throws when not everybody was sent to. */
export async function execute(installation: BenchInstallation, id: string, count: number): Promise<MeasuredExecution> {
  await run(installation, id);
  const limit = limitMs + limitMsPerPerson * count;
  const giveUpAt = Date.now() + limit;
  while (Date.now() < giveUpAt) {
    const execution = await latest(installation);
    if (execution?.state === 'FAILED') throw new Error(`The execution failed: ${execution.reason}`);
    if (execution?.optimoveCampaignId === id && execution.state === 'COMPLETED') return measure(execution, count);
    await pause(500);
  }
  throw new Error(`The execution did not complete within ${limit / 1000} s`);
}

async function run({ control, tenant }: BenchInstallation, id: string): Promise<void> {
  await control('POST', `/tenants/${tenant.id}/campaigns/${id}/run`, {});
}

async function latest({ graphql, connectionId }: BenchInstallation): Promise<Execution | undefined> {
  const { executions } = await graphql<{ executions: { nodes: Execution[] } }>(query, { id: connectionId });
  return executions.nodes[0];
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
