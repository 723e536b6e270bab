import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  announceCancellation,
  announceEngagements,
  announceExecution,
  announceTrigger,
} from '../callbacks/send-callbacks';
import { type Audience, audienceRows, countAudience, rowCount } from '../customers/audience';
import { mostCustomers } from '../customers/customer';
import { devicesFile, profilesFile } from '../customers/files';
import { engage, type Webhook } from '../storage/engagement';
import { execute, type SandboxCampaign, sendAt } from '../tenants/campaign';
import type { LoggedCallback, Tenant } from '../tenants/tenant';
import { newCampaign } from './new-campaign';
import { ControlInputError, type Fields, fieldsOf, integer } from './read-input';

type OfTenant = FastifyRequest<{ Params: { id: string } }>;
type OfCampaign = FastifyRequest<{ Params: { id: string; campaignId: string } }>;
type Files = FastifyRequest<{ Params: { id: string; campaignId: string }; Querystring: { mobileNumber?: string } }>;

const path = '/control/tenants/:id/campaigns';
const mostTriggered = 10_000;

/** Makes, runs, cancels and triggers campaigns, and gives the files of the people in them. */
export function campaignRoutes(app: FastifyInstance, tenantOf: (request: OfTenant) => Tenant): void {
  const campaignOf = (request: OfCampaign): SandboxCampaign => {
    const { campaignId } = request.params;
    const campaign = tenantOf(request).campaigns.get(Number(campaignId));
    if (!campaign) throw Object.assign(new Error(`There is no campaign ${campaignId}`), { statusCode: 404 });
    return campaign;
  };

  app.get(path, (request: OfTenant) => [...tenantOf(request).campaigns.values()].map(summary));
  app.post(path, (request: OfTenant) => {
    const tenant = tenantOf(request);
    const campaign = newCampaign(tenant, fieldsOf(request.body));
    tenant.campaigns.set(campaign.id, campaign);
    return { ...summary(campaign), expected: countAudience(campaign.audience) };
  });
  app.post(`${path}/:campaignId/customers`, (request: OfCampaign) => {
    const campaign = campaignOf(request);
    campaign.audience = grown(campaign.audience, integer(fieldsOf(request.body), 'count'));
    return summary(campaign);
  });
  app.get(`${path}/:campaignId/profiles.csv`, (request: Files, reply) => {
    const hasNumbers = request.query.mobileNumber === 'true';
    return reply.type('text/csv').send(profilesFile(campaignOf(request).audience, { hasNumbers }));
  });
  app.get(`${path}/:campaignId/devices.csv`, (request: Files, reply) =>
    reply.type('text/csv').send(devicesFile(campaignOf(request).audience)),
  );
  app.post(`${path}/:campaignId/run`, async (request: OfCampaign) => {
    const campaign = campaignOf(request);
    const tenant = tenantOf(request);
    const { byFiles } = fieldsOf(request.body ?? {});
    if (byFiles === true) return { callbacks: await runByFiles(tenant, campaign) };
    execute(campaign);
    return { callbacks: await announceExecution(tenant, campaign) };
  });
  app.post(`${path}/:campaignId/announce-files`, async (request: OfCampaign) => ({
    callbacks: await announceAgain(tenantOf(request), campaignOf(request)),
  }));
  app.post(`${path}/:campaignId/cancel`, async (request: OfCampaign) => {
    const campaign = campaignOf(request);
    campaign.state = 'CANCELLED';
    return { callbacks: await announceCancellation(tenantOf(request), campaign) };
  });
  app.post(`${path}/:campaignId/trigger`, async (request: OfCampaign) => {
    const trigger = triggerOf(campaignOf(request), fieldsOf(request.body));
    return { callbacks: await announceTrigger(tenantOf(request), trigger) };
  });
}

function runByFiles(tenant: Tenant, campaign: SandboxCampaign): Promise<LoggedCallback[]> {
  const webhook = webhookOf(tenant, campaign);
  execute(campaign);
  return announceEngagements(tenant, { webhook, engagements: engage(tenant, campaign, webhook) });
}

/** Announces the engagements of a campaign once more, as an account manager can. */
function announceAgain(tenant: Tenant, campaign: SandboxCampaign): Promise<LoggedCallback[]> {
  const engagements = tenant.engagements.filter((engagement) => engagement.campaign === campaign);
  return announceEngagements(tenant, { webhook: webhookOf(tenant, campaign), engagements });
}

function webhookOf(tenant: Tenant, { channelId }: SandboxCampaign): Webhook {
  const webhook = tenant.webhooks.find((each) => each.channelId === channelId);
  if (!webhook) throw new ControlInputError(`channelId ${channelId} has no webhook; set one up first`);
  return webhook;
}

function summary(campaign: SandboxCampaign) {
  const { id, name, channelId, templateIds, scheduledTimes, state, audience } = campaign;
  return { id: String(id), name, channelId, templateIds, scheduledTimes, state, announced: rowCount(audience) };
}

/** The same people and more after them, as when a template of the campaign is ready later than the others. */
function grown(audience: Audience, count: number): Audience {
  if (count >= audience.count && count <= mostCustomers) return { ...audience, count };
  throw new ControlInputError(`count must be from ${audience.count} to ${mostCustomers}`);
}

/** Customers of the campaign's own list, from one place on. */
function triggerOf(campaign: SandboxCampaign, fields: Fields): Parameters<typeof announceTrigger>[1] {
  const count = integer(fields, 'customers');
  if (count > mostTriggered) throw new ControlInputError(`customers must be at most ${mostTriggered}`);
  const rows = [...audienceRows(campaign.audience, integer(fields, 'from', 0), count)];
  return {
    channelId: campaign.channelId,
    campaignId: String(campaign.id),
    customers: rows.flatMap((row) =>
      row.kind === 'customer'
        ? [{ customerId: row.customer.customerId, templateId: sendAt(campaign, row.position).templateId }]
        : [],
    ),
    extra: fields.extra === undefined ? {} : fieldsOf(fields.extra, 'extra'),
  };
}
