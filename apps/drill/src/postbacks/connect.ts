import { addChannelWithCampaign, type GraphqlClient } from '../optimove/graphql';
import { control } from '../optimove/http';
import type { ProofWorld } from './proof-world';

/** How a connection tells Optimove of results. */
export interface Telling {
  name: string;
  metricsMode: 'ABSOLUTE' | 'DELTA';
  road: 'INTERACTIONS' | 'EVENTS';
}

/** Between them, every way. */
export const tellings: Telling[] = [
  { name: 'Totals and interactions', metricsMode: 'ABSOLUTE', road: 'INTERACTIONS' },
  { name: 'Additions and signed events', metricsMode: 'DELTA', road: 'EVENTS' },
];

/** An account at Optimove that is connected, with a template of three media. */
export interface Connected {
  telling: Telling;
  tenantId: string;
  connectionId: string;
  channels: { push: number; sms: number; email: number };
  templateId: number;
}

interface Tenant {
  id: string;
  endpoint: string;
  apiToken: string;
  metricToken: string;
  channels: { id: number }[];
  smsSubscriptionChannelId: number;
}

const content = {
  mobilePush: { title: 'Hello {{ FirstName }}', body: 'A bonus of {{ BonusAmount }}' },
  email: {
    ...{ fromAddress: 'offers@example.com', fromName: 'Example', subject: 'For {{ FirstName }}' },
    html: '<p>{{ BonusAmount }} <a href="https://example.com/offers">Play</a></p>',
  },
  sms: { from: 'Example', text: 'Hi {{ FirstName }}' },
};

/** Connects a new account at Optimove that is told of results in this way, and switches everything on. */
export async function connect(world: ProofWorld, graphql: GraphqlClient, telling: Telling): Promise<Connected> {
  const { name, metricsMode, road } = telling;
  const tenant = await control<Tenant>(world, 'POST', '/tenants', { name, ratePer10s: 1_000 });
  const { endpoint, apiToken } = tenant;
  const { connection } = await graphql.mutate<{ connection: { id: string } }>(
    'createConnection',
    'CreateConnectionInput',
    'connection { id }',
    { name, endpoint, apiToken, metricsMode, callsPerSecond: 100 },
  );
  const channel = await addChannelWithCampaign(graphql, connection.id, 'MOBILE_PUSH', { name, content });
  await graphql.mutate('addChannel', 'AddChannelInput', 'channel { id }', {
    ...{ connectionId: connection.id, kind: 'SMS_SUBSCRIPTION', optimoveChannelId: tenant.smsSubscriptionChannelId },
  });
  const { optimoveChannelId: push, templateId } = channel;
  const email = tenant.channels.map(({ id }) => id).find((id) => id !== push) ?? 0;
  await graphql.mutate('setEngagementPostback', 'SetEngagementPostbackInput', 'engagementPostback { road }', {
    ...{ connectionId: connection.id, version: 0, road, onDoubt: 'KEEP', everyMinutes: 0 },
    ...(road === 'EVENTS' ? { eventsUrl: eventsUrl(world, tenant), eventsToken: tenant.metricToken } : {}),
  });
  await graphql.mutate('setSubscriptionPostback', 'SetSubscriptionPostbackInput', 'subscriptionPostback { state }', {
    ...{ connectionId: connection.id, version: 0, isOn: true, isMappingConfirmed: true, emailChannelId: email },
  });
  const channels = { push, sms: tenant.smsSubscriptionChannelId, email };
  return { telling, tenantId: tenant.id, connectionId: connection.id, channels, templateId };
}

function eventsUrl({ sandboxUrl }: ProofWorld, { id }: Tenant): string {
  return `${sandboxUrl}/metric-${id}/api/saveEvent`;
}
