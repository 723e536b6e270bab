import { LauncherError } from '../errors';
import type { DemoContext, DemoTarget } from './demo-context';
import { funnelTable, waitForFunnel } from './funnel';
import { GraphqlClient } from './graphql-client';
import { SandboxControl } from './sandbox-control';
import { addMobilePushChannel, connect, createTenant, customerCount, runOptimoveCampaign } from './steps';

/** One scheduled Optimove campaign end to end, through public interfaces only; prints its funnel. */
export async function runDemo(target: DemoTarget): Promise<void> {
  const { progress, signal } = target;
  const demo: DemoContext = { api: new GraphqlClient(target), sandbox: new SandboxControl(target), progress, signal };
  const tenant = await progress.step('Account in the sandbox', () => createTenant(demo));
  const connectionId = await progress.step('Connect Optimove', () => connect(demo, tenant));
  const ids = { connectionId, optimoveChannelId: tenant.channelId };
  await progress.step('Channel "Xtremepush"', () => addMobilePushChannel(demo, ids));
  const { campaignId, customers } = await progress.step('Optimove campaign runs', () =>
    runOptimoveCampaign(demo, {
      tenantId: tenant.id,
      channelId: tenant.channelId,
      templateId: '',
      customers: customerCount,
    }),
  );
  const executionId = await findExecution(demo, campaignId);
  const funnel = await progress.step('Execution', () => waitForFunnel(demo, executionId));
  progress.line(`\n${funnelTable(funnel, customers)}`);
}

const executionsQuery = /* GraphQL */ `
  query DemoExecutions { executions(first: 10) { nodes { id optimoveCampaignId } } }
`;

async function findExecution({ api }: DemoContext, optimoveCampaignId: string): Promise<string> {
  const { executions } = await api.run<{ executions: { nodes: { id: string; optimoveCampaignId: string }[] } }>(
    executionsQuery,
  );
  const found = executions.nodes.find((execution) => execution.optimoveCampaignId === optimoveCampaignId);
  if (!found) throw new LauncherError(`No execution of Optimove campaign ${optimoveCampaignId} was announced`);
  return found.id;
}
