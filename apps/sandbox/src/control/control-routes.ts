import type { FastifyInstance, FastifyRequest } from 'fastify';
import { announceDailyProcess, announceTrigger } from '../callbacks/send-callbacks';
import { changeSpellings } from '../tenants/daily-attributes';
import { keyAccesses, type Tenant } from '../tenants/tenant';
import type { TenantStore } from '../tenants/tenant-store';
import { attributeRoutes } from './attribute-routes';
import { campaignRoutes } from './campaign-routes';
import { knownChannelId } from './new-campaign';
import { ControlInputError, faultsOf, fieldsOf, integer, integerOrNull, oneOf, text, texts } from './read-input';

interface ControlOptions {
  tenants: TenantStore;
  /** Base address of the Optimove API in the box; ends with a slash. */
  endpoint: () => string;
}

type OfTenant = FastifyRequest<{ Params: { id: string } }>;

/** What Optimove allows. */
const usualRate = 50;
const smsSubscriptionChannelId = 444;
const usualRowsPerFile = 10_000;
const mostRowsPerFile = 100_000;
const lists = [
  'templates',
  'listeners',
  'apps',
  'preferences',
  'interactions',
  'savedEvents',
  'calls',
  'callbacks',
] as const;

/** The control API: what an Optimove account manager and the people in front of its screens would do. */
export function controlRoutes(app: FastifyInstance, { tenants, endpoint }: ControlOptions): void {
  const tenantOf = ({ params }: OfTenant): Tenant => {
    const tenant = tenants.all.get(params.id);
    if (!tenant) throw Object.assign(new Error(`There is no tenant ${params.id}`), { statusCode: 404 });
    return tenant;
  };

  app.get('/control/tenants', () => [...tenants.all.values()].map(({ id, name }) => ({ id, name })));
  app.post('/control/tenants', (request) => {
    const { id, apiToken, channels, login, metricToken } = newTenant(tenants, request.body);
    return { id, endpoint: endpoint(), apiToken, channels, smsSubscriptionChannelId, login, metricToken };
  });
  campaignRoutes(app, tenantOf);
  attributeRoutes(app, tenantOf);
  app.post('/control/tenants/:id/trigger', async (request: OfTenant) => {
    const fields = fieldsOf(request.body);
    const tenant = tenantOf(request);
    const templateId = integer(fields, 'templateId');
    const callbacks = await announceTrigger(tenant, {
      channelId: knownChannelId(tenant, fields),
      campaignId: text(fields, 'campaignId', 'b1f09'),
      customers: texts(fields, 'customerIds').map((customerId) => ({ customerId, templateId })),
      extra: fields.extra === undefined ? {} : fieldsOf(fields.extra, 'extra'),
    });
    return { callbacks };
  });
  app.post('/control/tenants/:id/daily-process', async (request: OfTenant) => ({
    callbacks: await announceDailyProcess(tenantOf(request)),
  }));
  app.put('/control/tenants/:id/faults', (request: OfTenant) => {
    tenantOf(request).faults = faultsOf(request.body);
    return {};
  });
  app.put('/control/tenants/:id/webhooks', (request: OfTenant) => {
    const tenant = tenantOf(request);
    const webhook = newWebhook(tenant, request.body);
    tenant.webhooks = [...tenant.webhooks.filter(({ channelId }) => channelId !== webhook.channelId), webhook];
    return {};
  });
  app.get('/control/tenants/:id/metrics', (request: OfTenant) => [...tenantOf(request).metrics.values()]);
  for (const list of lists) app.get(`/control/tenants/:id/${list}`, (request: OfTenant) => tenantOf(request)[list]);
}

function newWebhook(tenant: Tenant, body: unknown): Tenant['webhooks'][number] {
  const fields = fieldsOf(body);
  const rowsPerFile = integer(fields, 'rowsPerFile', usualRowsPerFile);
  if (rowsPerFile < 1 || rowsPerFile > mostRowsPerFile)
    throw new ControlInputError(`rowsPerFile must be from 1 to ${mostRowsPerFile}`);
  return {
    channelId: knownChannelId(tenant, fields),
    name: text(fields, 'name', 'Xtremepush'),
    url: text(fields, 'url'),
    rowsPerFile,
  };
}

function newTenant(tenants: TenantStore, body: unknown): Tenant {
  const fields = fieldsOf(body);
  return tenants.create({
    name: text(fields, 'name'),
    access: oneOf(fields, 'access', keyAccesses),
    ratePer10s: integerOrNull(fields, 'ratePer10s', usualRate),
    joinsAttributes: fields.joinsAttributes === true,
    changeSpelling: oneOf(fields, 'changeSpelling', changeSpellings),
  });
}
