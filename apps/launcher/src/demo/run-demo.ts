import { setTimeout as pause } from 'node:timers/promises';
import { LauncherError } from '../errors';
import { addProviders, addPushChannel, connect, createTenant } from './account-steps';
import { importPeople, launchDemoCampaign, planOptimoveCampaign, runOptimoveCampaign } from './campaign-steps';
import type { DemoContext, DemoTarget } from './demo-context';
import { funnelTable, waitForFunnel } from './funnel';
import { GraphqlClient } from './graphql-client';
import { compareInboxes, comparePostbacks, comparisonLines } from './reconcile';
import { type Inboxes, SandboxControl } from './sandbox-control';

/** One scheduled Optimove campaign end to end, through public interfaces only; prints its funnel. */
export async function runDemo(target: DemoTarget): Promise<void> {
  const { progress, signal } = target;
  const runName = `Demo ${new Date().toISOString().slice(0, 19)}`;
  const demo: DemoContext = {
    api: new GraphqlClient(target),
    sandbox: new SandboxControl(target),
    progress,
    signal,
    runName,
  };
  const tenant = await progress.step('Optimove account in the sandbox', () => createTenant(demo));
  await progress.step('Push, e-mail and SMS providers', () => addProviders(demo));
  const connectionId = await progress.step('Connect Optimove', () => connect(demo, tenant));
  const channelId = await progress.step('Channel "Xtremepush" with its listeners', () =>
    addPushChannel(demo, connectionId),
  );
  const templateId = await progress.step('Launch the campaign as a template', () =>
    launchDemoCampaign(demo, channelId),
  );
  const campaign = await planOptimoveCampaign(demo, tenant, templateId);
  await progress.step('Import profiles and devices', () => importPeople(demo, tenant, campaign.id));
  const before = await demo.sandbox.get<Inboxes>('/inboxes?last=0');
  await progress.step('Optimove executes the campaign', () => runOptimoveCampaign(demo, tenant, campaign.id));
  const executionId = await findExecution(demo, connectionId);
  const funnel = await progress.step('Execution', () => waitForFunnel(demo, executionId));
  const postbacks = await progress.step('Postbacks', () => comparePostbacks(demo, tenant, funnel));
  progress.line(`\n${funnelTable(funnel, campaign.announced)}`);
  progress.line(`\n${comparisonLines([...(await compareInboxes(demo, funnel, before)), postbacks])}`);
}

const executionsQuery = /* GraphQL */ `
  query DemoExecutions($connectionId: ID!) { executions(first: 1, connectionId: $connectionId) { nodes { id } } }
`;

const announceTries = 20;

async function findExecution({ api, signal }: DemoContext, connectionId: string): Promise<string> {
  for (let attempt = 0; attempt < announceTries; attempt += 1) {
    const { executions } = await api.run<{ executions: { nodes: { id: string }[] } }>(executionsQuery, {
      connectionId,
    });
    const [execution] = executions.nodes;
    if (execution) return execution.id;
    await pause(250, undefined, { signal });
  }
  throw new LauncherError('Optimove executed the campaign but no execution was announced');
}
