import { eventually } from './eventually';
import type { Product } from './product';

/** A connected account with providers, a channel and a launched campaign. */
export interface CampaignStage {
  tenant: { id: string; endpoint: string; apiToken: string; channels: { id: number; name: string }[] };
  connectionId: string;
  channelId: string;
  campaignId: string;
  templateId: string;
}

/** The funnel of an execution as GraphQL tells it. */
export interface FunnelAnswer {
  received: number;
  ended: number;
  sent: number;
  delivered: number;
  endStates: { state: string; count: number }[];
  deliveries: { medium: string; state: string; count: number }[];
}

/** Push, e-mail and SMS with placeholders. */
export const threeMedia = {
  mobilePush: { title: 'Hello {{ FirstName }}', body: '{{ BonusAmount }} for {{ FavouriteGame }}' },
  email: {
    fromAddress: 'offers@example.com',
    fromName: 'Example',
    subject: 'For {{ FirstName }}',
    html: '<p>{{ BonusAmount }}</p>',
  },
  sms: { from: 'Example', text: 'Hi {{ FirstName }}' },
};

/** Sets up the three providers with the far ends. */
export async function addProviders({
  graphql,
  farEnds: { endpoints },
}: Pick<Product, 'graphql' | 'farEnds'>): Promise<void> {
  const accounts = {
    fcm: { serviceAccount: JSON.stringify(endpoints.fcmServiceAccount), baseUrl: endpoints.fcmBaseUrl },
    smtp: { host: endpoints.smtpHost, port: String(endpoints.smtpPort), allowsPlain: 'true' },
    smpp: {
      host: endpoints.smscHost,
      port: String(endpoints.smscPort),
      systemId: endpoints.smscSystemId,
      password: endpoints.smscPassword,
    },
  };
  for (const [provider, settings] of Object.entries(accounts)) {
    await mutate(graphql, 'createProviderAccount', 'CreateProviderAccountInput', 'providerAccount { id }', {
      provider,
      name: provider,
      settings: Object.entries(settings).map(([name, value]) => ({ name, value })),
    });
  }
}

/** Connects a new account of the sandbox and launches a campaign on its channel "Xtremepush". */
export async function stageCampaign(
  product: Pick<Product, 'graphql' | 'control'>,
  options: { content?: object; connection?: object; tenant?: object; name?: string; channel?: object } = {},
): Promise<CampaignStage> {
  const { graphql, control } = product;
  const name = options.name ?? 'Stage';
  const tenant = await control<CampaignStage['tenant']>('POST', '/tenants', { name, ...options.tenant });
  const { connection } = await mutate<{ connection: { id: string } }>(
    graphql,
    'createConnection',
    'CreateConnectionInput',
    'connection { id }',
    {
      name,
      endpoint: tenant.endpoint,
      apiToken: tenant.apiToken,
      mobileNumberAttribute: 'MobileNumber',
      callsPerSecond: 100,
      ...options.connection,
    },
  );
  const { channel } = await mutate<{ channel: { id: string } }>(
    graphql,
    'addChannel',
    'AddChannelInput',
    'channel { id }',
    {
      connectionId: connection.id,
      kind: 'MOBILE_PUSH',
      name: 'Xtremepush',
      ...options.channel,
    },
  );
  const campaign = await launchCampaign(graphql, {
    channelId: channel.id,
    name,
    content: options.content ?? threeMedia,
  });
  return {
    tenant,
    connectionId: connection.id,
    channelId: channel.id,
    ...campaign,
  };
}

/** Launches a campaign and returns its id and that of its template at Optimove. */
export async function launchCampaign(
  graphql: Product['graphql'],
  input: { channelId: string; name: string; content: object },
): Promise<Pick<CampaignStage, 'campaignId' | 'templateId'>> {
  const created = await mutate<{ campaign: { id: string; version: number } }>(
    graphql,
    'createCampaign',
    'CreateCampaignInput',
    'campaign { id version }',
    input,
  );
  const { campaign } = await mutate<{ campaign: { publication: { optimoveTemplateId: string } } }>(
    graphql,
    'launchCampaign',
    'LaunchCampaignInput',
    'campaign { publication { optimoveTemplateId } }',
    created.campaign,
  );
  return { campaignId: created.campaign.id, templateId: campaign.publication.optimoveTemplateId };
}

/** Plans a campaign at Optimove, imports its people and returns its id and the counts of its list. */
export async function planWithPeople(
  product: Product,
  stage: CampaignStage,
  customers: { count: number; seed?: number; mix?: object },
  scheduledTime?: string,
  templates: { templateIds?: number[]; unlistedTemplateIds?: number[] } = {},
): Promise<{ id: string; announced: number; expected: Record<string, number> }> {
  const { control, rest, sandbox } = product;
  const campaign = await control<{ id: string; announced: number; expected: Record<string, number> }>(
    'POST',
    `/tenants/${stage.tenant.id}/campaigns`,
    {
      channelId: stage.tenant.channels[0]?.id,
      templateIds: [stage.templateId],
      customers,
      scheduledTime,
      ...templates,
    },
  );
  for (const [file, path] of [
    ['profiles.csv', '/imports/profiles'],
    ['devices.csv', '/imports/devices'],
  ]) {
    const csv = await fetch(`${sandbox.url}/control/tenants/${stage.tenant.id}/campaigns/${campaign.id}/${file}`);
    const answer = await rest(path ?? '', {
      method: 'POST',
      body: await csv.text(),
      headers: { 'content-type': 'text/csv' },
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
  return campaign;
}

/** Has Optimove execute the campaign. */
export async function runAtOptimove({ control }: Product, stage: CampaignStage, campaignId: string): Promise<void> {
  await control('POST', `/tenants/${stage.tenant.id}/campaigns/${campaignId}/run`, {});
}

/** Waits for the newest execution of the connection to complete. */
export async function completedExecution(
  { graphql }: Product,
  connectionId: string,
  limitMs = 60_000,
): Promise<{ id: string; state: string; reason: string | null; funnel: FunnelAnswer }> {
  const query = `query ($id: ID!) { executions(first: 1, connectionId: $id) { nodes {
    id state reason funnel { received ended sent delivered endStates { state count } deliveries { medium state count } } } } }`;
  return eventually(
    'the execution completes',
    async () => {
      const { executions } = await graphql<{
        executions: { nodes: { id: string; state: string; reason: string | null; funnel: FunnelAnswer }[] };
      }>(query, { id: connectionId });
      const [execution] = executions.nodes;
      return execution && ['COMPLETED', 'FAILED', 'CANCELLED'].includes(execution.state) ? execution : null;
    },
    limitMs,
  );
}

/** Runs a mutation of one `input` and returns its payload. @throws with the user errors. */
export async function mutate<T>(
  graphql: Product['graphql'],
  field: string,
  inputType: string,
  selection: string,
  input: object,
): Promise<T> {
  const payload = await tryMutation<T>(graphql, field, inputType, selection, input);
  if (payload.userErrors.length > 0) throw new Error(`${field}: ${JSON.stringify(payload.userErrors)}`);
  return payload;
}

/** Runs a mutation of one `input` and returns its payload with the user errors. */
export async function tryMutation<T>(
  graphql: Product['graphql'],
  field: string,
  inputType: string,
  selection: string,
  input: object,
): Promise<T & { userErrors: { code: string; message: string; path: string[] }[] }> {
  const document = `mutation ($input: ${inputType}!) { ${field}(input: $input) { ${selection} userErrors { code message path } } }`;
  const data = await graphql<Record<string, T & { userErrors: { code: string; message: string; path: string[] }[] }>>(
    document,
    { input },
  );
  const payload = data[field];
  if (!payload) throw new Error(`${field} answered nothing`);
  return payload;
}

/** A count of the funnel, 0 when nobody came to it. */
export function countOf(funnel: FunnelAnswer, state: string): number {
  return funnel.endStates.find((each) => each.state === state)?.count ?? 0;
}

/** Accepted hand-overs of a medium. */
export function acceptedOn(funnel: FunnelAnswer, medium: string): number {
  return funnel.deliveries.find((each) => each.medium === medium && each.state === 'ACCEPTED')?.count ?? 0;
}
