import { type Listener, logTo, type SandboxCampaign, type Tenant } from '../tenants/tenant';

const timeoutMs = 10_000;

/** A callback on its way to its listener. */
interface Outgoing {
  url: string;
  body: Record<string, unknown>;
}

/** Tells the listeners that a campaign was executed: event 1, then 13 for its channel. */
export async function announceExecution(tenant: Tenant, campaign: SandboxCampaign): Promise<void> {
  const timeStamp = stamp();
  const base = { TimeStamp: timeStamp, CampaignID: campaign.id };
  const processed = listenersOf(tenant, 1, campaign.channelId).map(({ listenerUrl }) => ({
    url: listenerUrl,
    body: { EventTypeID: 1, ...base },
  }));
  const executed = listenersOf(tenant, 13, campaign.channelId).map(({ listenerUrl }) => ({
    url: listenerUrl,
    body: { EventTypeID: 13, ...base, ChannelID: campaign.channelId },
  }));
  await send(tenant, tenant.faults.callbacks.reorder ? [...executed, ...processed] : [...processed, ...executed]);
}

/** Tells the listeners that a campaign was cancelled: event 4. */
export async function announceCancellation(tenant: Tenant, campaign: SandboxCampaign): Promise<void> {
  const body = { EventTypeID: 4, TimeStamp: stamp(), CampaignID: campaign.id };
  await send(
    tenant,
    listenersOf(tenant, 4, campaign.channelId).map(({ listenerUrl }) => ({ url: listenerUrl, body })),
  );
}

/** Tells the listeners that the daily process ended: events 2 and 3. */
export async function announceDailyProcess(tenant: Tenant): Promise<void> {
  const outgoing = [2, 3].flatMap((eventTypeId) =>
    tenant.listeners
      .filter((listener) => listener.eventTypeId === eventTypeId)
      .map(({ listenerUrl }) => ({ url: listenerUrl, body: { EventTypeID: eventTypeId, TimeStamp: stamp() } })),
  );
  await send(tenant, outgoing);
}

/** Tells the listeners that a customer met the trigger of a real-time campaign: event 11, one call each. */
export async function announceTrigger(
  tenant: Tenant,
  trigger: {
    channelId: number;
    campaignId: string;
    templateId: number;
    customerIds: string[];
    extra: Record<string, unknown>;
  },
): Promise<void> {
  const { channelId, campaignId, templateId, customerIds, extra } = trigger;
  const outgoing = customerIds.flatMap((customerID) =>
    listenersOf(tenant, 11, channelId).map(({ listenerUrl }) => ({
      url: listenerUrl,
      body: {
        eventTypeID: 11,
        timeStamp: stamp(),
        customerID,
        campaignID: campaignId,
        channelID: channelId,
        templateID: templateId,
        ...extra,
      },
    })),
  );
  await send(tenant, outgoing);
}

function listenersOf(tenant: Tenant, eventTypeId: number, channelId: number): Listener[] {
  return tenant.listeners.filter(
    (listener) =>
      listener.eventTypeId === eventTypeId && (listener.channelId === null || listener.channelId === channelId),
  );
}

async function send(tenant: Tenant, outgoing: Outgoing[]): Promise<void> {
  const { duplicate, silent } = tenant.faults.callbacks;
  if (silent) return;
  for (const callback of outgoing) {
    await post(tenant, callback);
    if (duplicate) await post(tenant, callback);
  }
}

async function post(tenant: Tenant, { url, body }: Outgoing): Promise<void> {
  const status = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  }).then(
    (answer) => answer.status,
    () => null,
  );
  logTo(tenant.callbacks, { at: new Date().toISOString(), url, body, status });
}

/** A time as Optimove writes it, in UTC. */
export function stamp(time = new Date()): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}
