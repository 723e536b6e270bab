import { type Engagement, type Webhook, webhookBody } from '../storage/engagement';
import { type SandboxCampaign, stamp } from '../tenants/campaign';
import { type LoggedCallback, logTo, type Tenant } from '../tenants/tenant';

const timeoutMs = 10_000;

/** A callback on its way to its listener. */
interface Outgoing {
  url: string;
  body: Record<string, unknown>;
}

/** A real-time campaign whose trigger customers meet. */
export interface Trigger {
  channelId: number;
  /** May hold letters. */
  campaignId: string;
  customers: { customerId: string; templateId: number }[];
  /** Parameters of the trigger's event, sent beside the documented keys. */
  extra: Record<string, unknown>;
}

/** Tells the listeners that a campaign was executed: event 1, then 13 for its channel. */
export function announceExecution(tenant: Tenant, { id, channelId }: SandboxCampaign): Promise<LoggedCallback[]> {
  const base = { TimeStamp: stamp(), CampaignID: id };
  const processed = toListeners(tenant, { channelId, body: { EventTypeID: 1, ...base } });
  const executed = toListeners(tenant, { channelId, body: { EventTypeID: 13, ...base, ChannelID: channelId } });
  return send(tenant, tenant.faults.callbacks.reorder ? [...executed, ...processed] : [...processed, ...executed]);
}

/** Tells the webhook of the channel that engagements of a campaign are ready in files: event 14, one call each. */
export function announceEngagements(
  tenant: Tenant,
  { webhook, engagements }: { webhook: Webhook; engagements: Engagement[] },
): Promise<LoggedCallback[]> {
  return send(
    tenant,
    engagements.map((engagement) => ({ url: webhook.url, body: webhookBody(engagement) })),
  );
}

/** Tells the listeners that a campaign was cancelled: event 4. */
export function announceCancellation(tenant: Tenant, { id, channelId }: SandboxCampaign): Promise<LoggedCallback[]> {
  const body = { EventTypeID: 4, TimeStamp: stamp(), CampaignID: id };
  return send(tenant, toListeners(tenant, { channelId, body }));
}

/** Tells the listeners that the daily process ended: events 2 and 3. */
export function announceDailyProcess(tenant: Tenant): Promise<LoggedCallback[]> {
  const bodies = [2, 3].map((EventTypeID) => ({ EventTypeID, TimeStamp: stamp() }));
  return send(
    tenant,
    bodies.flatMap((body) => toListeners(tenant, { channelId: null, body })),
  );
}

/** Tells the listeners that customers met the trigger of a real-time campaign: event 11, one call each. */
export function announceTrigger(tenant: Tenant, trigger: Trigger): Promise<LoggedCallback[]> {
  const { channelId, campaignId, customers, extra } = trigger;
  const bodies = customers.map(({ customerId, templateId }) => ({
    eventTypeID: 11,
    timeStamp: stamp(),
    customerID: customerId,
    campaignID: campaignId,
    channelID: channelId,
    templateID: templateId,
    ...extra,
  }));
  return send(
    tenant,
    bodies.flatMap((body) => toListeners(tenant, { channelId, body })),
  );
}

/** Addresses the body to the listeners of its event: those of the channel and those without one; null means any. */
function toListeners(
  tenant: Tenant,
  { channelId, body }: { channelId: number | null; body: Record<string, unknown> },
): Outgoing[] {
  const eventTypeId = body.EventTypeID ?? body.eventTypeID;
  return tenant.listeners
    .filter((listener) => listener.eventTypeId === eventTypeId)
    .filter((listener) => channelId === null || listener.channelId === null || listener.channelId === channelId)
    .map(({ listenerUrl }) => ({ url: listenerUrl, body }));
}

async function send(tenant: Tenant, outgoing: Outgoing[]): Promise<LoggedCallback[]> {
  const { duplicate = false, silent = false } = tenant.faults.callbacks;
  if (silent) return [];
  const sent: LoggedCallback[] = [];
  for (const callback of duplicate ? outgoing.flatMap((one) => [one, one]) : outgoing) {
    const entry = { at: new Date().toISOString(), ...callback, status: await post(callback) };
    logTo(tenant.callbacks, entry);
    sent.push(entry);
  }
  return sent;
}

async function post({ url, body }: Outgoing): Promise<number | null> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    // An unread body keeps its connection.
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}
