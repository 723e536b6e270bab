import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  announceCancellation,
  announceDailyProcess,
  announceExecution,
  announceTrigger,
  stamp,
} from '../callbacks/send-callbacks';
import { countAudience, rowCount } from '../customers/audience';
import { devicesFile, profilesFile } from '../customers/files';
import type { SandboxCampaign, Tenant } from '../tenants/tenant';
import type { TenantStore } from '../tenants/tenant-store';
import { ControlInputError, faultsOf, fieldsOf, integer, integers, mixOf, text, texts } from './read-input';

interface ControlOptions {
  tenants: TenantStore;
  /** Base address of the Optimove API in the box; ends with a slash. */
  endpoint: () => string;
}

type Named = FastifyRequest<{ Params: { id: string; campaignId: string } }>;

const firstCampaignId = 20_417;

/** The control API: what an Optimove account manager and the people in front of its screens would do. */
export function controlRoutes(app: FastifyInstance, { tenants, endpoint }: ControlOptions): void {
  const tenantOf = (request: Named): Tenant => {
    const tenant = tenants.all.get(request.params.id);
    if (!tenant) throw Object.assign(new Error(`There is no tenant ${request.params.id}`), { statusCode: 404 });
    return tenant;
  };
  const campaignOf = (request: Named): SandboxCampaign => {
    const campaign = tenantOf(request).campaigns.get(Number(request.params.campaignId));
    if (!campaign)
      throw Object.assign(new Error(`There is no campaign ${request.params.campaignId}`), { statusCode: 404 });
    return campaign;
  };

  app.get('/control/tenants', () => [...tenants.all.values()].map(({ id, name }) => ({ id, name })));
  app.post('/control/tenants', (request) => {
    const fields = fieldsOf(request.body);
    const tenant = tenants.create({
      name: text(fields, 'name'),
      ratePer10s: integer(fields, 'ratePer10s', 50),
      joinsAttributes: fields.joinsAttributes === true,
    });
    const { id, apiToken, channels, login } = tenant;
    return { id, endpoint: endpoint(), apiToken, channels, login };
  });

  app.post('/control/tenants/:id/campaigns', (request: Named) => {
    const tenant = tenantOf(request);
    const campaign = newCampaign(tenant, fieldsOf(request.body));
    tenant.campaigns.set(campaign.id, campaign);
    return {
      id: String(campaign.id),
      announced: rowCount(campaign.audience),
      expected: countAudience(campaign.audience),
    };
  });
  app.get('/control/tenants/:id/campaigns/:campaignId/profiles.csv', (request: Named, reply) =>
    reply.type('text/csv').send(profilesFile(campaignOf(request).audience)),
  );
  app.get('/control/tenants/:id/campaigns/:campaignId/devices.csv', (request: Named, reply) =>
    reply.type('text/csv').send(devicesFile(campaignOf(request).audience)),
  );

  app.post('/control/tenants/:id/campaigns/:campaignId/run', async (request: Named) => {
    const campaign = campaignOf(request);
    Object.assign(campaign, { state: 'EXECUTED', executedOn: stamp().slice(0, 10) });
    if (campaign.scheduledTime === '') campaign.scheduledTime = stamp();
    await announceExecution(tenantOf(request), campaign);
    return { callbacks: tenantOf(request).callbacks.slice(-4) };
  });
  app.post('/control/tenants/:id/campaigns/:campaignId/cancel', async (request: Named) => {
    const campaign = campaignOf(request);
    campaign.state = 'CANCELLED';
    await announceCancellation(tenantOf(request), campaign);
    return {};
  });
  app.post('/control/tenants/:id/trigger', async (request: Named) => {
    const fields = fieldsOf(request.body);
    await announceTrigger(tenantOf(request), {
      channelId: integer(fields, 'channelId'),
      campaignId: text(fields, 'campaignId', 'b1f09'),
      templateId: integer(fields, 'templateId'),
      customerIds: texts(fields, 'customerIds'),
      extra: fields.extra === undefined ? {} : fieldsOf(fields.extra),
    });
    return {};
  });
  app.post('/control/tenants/:id/daily-process', async (request: Named) => {
    await announceDailyProcess(tenantOf(request));
    return {};
  });
  app.put('/control/tenants/:id/faults', (request: Named) => {
    tenantOf(request).faults = faultsOf(request.body);
    return {};
  });

  app.get('/control/tenants/:id/metrics', (request: Named) => [...tenantOf(request).metrics.values()]);
  for (const list of ['templates', 'listeners', 'apps', 'preferences', 'interactions', 'calls', 'callbacks'] as const) {
    app.get(`/control/tenants/:id/${list}`, (request: Named) => tenantOf(request)[list]);
  }
}

function newCampaign(tenant: Tenant, fields: Record<string, unknown>): SandboxCampaign {
  const channelId = integer(fields, 'channelId');
  if (!tenant.channels.some(({ id }) => id === channelId))
    throw new ControlInputError(`channelId ${channelId} is not known`);
  const customers = fieldsOf(fields.customers);
  return {
    id: firstCampaignId + tenant.campaigns.size,
    name: text(fields, 'name', 'Campaign'),
    channelId,
    templateIds: integers(fields, 'templateIds'),
    audience: { count: integer(customers, 'count'), seed: integer(customers, 'seed', 1), mix: mixOf(customers.mix) },
    scheduledTime: typeof fields.scheduledTime === 'string' ? fields.scheduledTime : '',
    state: 'PLANNED',
    executedOn: null,
  };
}
