import type { Tenant } from '../tenants/tenant';
import {
  integerField,
  integerParameter,
  listBody,
  type OptimoveCall,
  type OptimoveFunction,
  objectBody,
  Refusal,
  textField,
} from './request';

const mostRows = 100;
const mostPreferences = 50_000;
const mostInteractions = 10_000;
const largestTemplateId = 2 ** 31 - 1;

const addChannelTemplates: OptimoveFunction = (call) => {
  const channelId = knownChannel(call);
  const templates = listBody(call, mostRows).map((item) => {
    const templateId = integerField(item, 'TemplateID');
    if (templateId > largestTemplateId) throw new Refusal(400, 'TemplateID is too large');
    const appId = item.AppID === undefined ? null : textField(item, 'AppID');
    return { channelId, templateId, templateName: textField(item, 'TemplateName'), appId };
  });
  for (const template of templates) {
    removeTemplate(call.tenant, channelId, template.templateId);
    call.tenant.templates.push(template);
  }
  return null;
};

const deleteChannelTemplates: OptimoveFunction = (call) => {
  const wanted = listBody(call, mostRows).map((item) => ({
    channelId: integerField(item, 'ChannelID'),
    templateId: integerField(item, 'TemplateID'),
  }));
  for (const { channelId, templateId } of wanted) removeTemplate(call.tenant, channelId, templateId);
  return null;
};

const getChannelTemplates: OptimoveFunction = (call) => {
  const channelId = knownChannel(call);
  return call.tenant.templates
    .filter((template) => template.channelId === channelId)
    .map(({ templateId, templateName }) => ({ TemplateID: templateId, TemplateName: templateName }));
};

const getChannelTemplateDetails: OptimoveFunction = (call) => {
  const channelId = knownChannel(call);
  const templateId = integerParameter(call, 'TemplateID');
  return call.tenant.templates
    .filter((template) => template.channelId === channelId && template.templateId === templateId)
    .map(({ templateName }) => ({
      TemplateID: templateId,
      TemplateName: templateName,
      TemplateContent: '',
      TemplateAttributes: [],
    }));
};

const addChannelApps: OptimoveFunction = (call) => {
  const channelId = knownChannel(call);
  const apps = listBody(call, mostRows).map((item) => ({
    channelId,
    appId: textField(item, 'AppID'),
    appName: textField(item, 'AppName'),
  }));
  for (const app of apps) {
    removeApp(call.tenant, channelId, app.appId);
    call.tenant.apps.push(app);
  }
  return null;
};

const deleteChannelApps: OptimoveFunction = (call) => {
  for (const item of listBody(call, mostRows)) {
    removeApp(call.tenant, integerField(item, 'ChannelID'), textField(item, 'AppID'));
  }
  return null;
};

const updateCampaignMetrics: OptimoveFunction = (call) => {
  const rows = listBody(call, mostRows).map((item) => ({
    campaignId: integerField(item, 'CampaignID'),
    channelId: integerField(item, 'ChannelID'),
    templateId: integerField(item, 'TemplateID'),
    metricId: integerField(item, 'MetricID'),
    value: integerField(item, 'MetricValue'),
  }));
  for (const row of rows) {
    const key = [row.campaignId, row.channelId, row.templateId, row.metricId].join(' ');
    const before = call.tenant.metrics.get(key) ?? { ...row, sum: 0, posts: 0 };
    call.tenant.metrics.set(key, { ...row, sum: before.sum + row.value, posts: before.posts + 1 });
  }
  return null;
};

const updateCampaignInteractions: OptimoveFunction = (call) => {
  const body = objectBody(call);
  for (const name of ['CampaignID', 'ChannelID', 'TemplateID', 'EventID']) integerField(body, name);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(textField(body, 'InteractionDate'))) {
    throw new Refusal(400, 'InteractionDate is not YYYY-MM-DD');
  }
  customerIds(body, mostInteractions);
  call.tenant.interactions.push(body);
  return null;
};

const setCustomerChannelPreference: OptimoveFunction = (call) => {
  const body = objectBody(call);
  for (const name of ['ChannelID', 'CommunicationMode']) integerField(body, name);
  customerIds(body, mostPreferences);
  call.tenant.preferences.push(body);
  return null;
};

function customerIds({ CustomerIDs }: Record<string, unknown>, most: number): void {
  const areTexts = Array.isArray(CustomerIDs) && CustomerIDs.every((id) => typeof id === 'string');
  if (!areTexts || CustomerIDs.length === 0) throw new Refusal(400, 'CustomerIDs is missing or not a list of texts');
  if (CustomerIDs.length > most) throw new Refusal(400, `CustomerIDs has more than ${most} items`);
}

/** Functions of the category `integrations`, by lower-case name. */
export const integrationFunctions: Record<string, { method: 'GET' | 'POST'; run: OptimoveFunction }> = {
  addchanneltemplates: { method: 'POST', run: addChannelTemplates },
  deletechanneltemplates: { method: 'POST', run: deleteChannelTemplates },
  getchanneltemplates: { method: 'GET', run: getChannelTemplates },
  getchanneltemplatedetails: { method: 'GET', run: getChannelTemplateDetails },
  addchannelapps: { method: 'POST', run: addChannelApps },
  deletechannelapps: { method: 'POST', run: deleteChannelApps },
  updatecampaignmetrics: { method: 'POST', run: updateCampaignMetrics },
  updatecampaigninteractions: { method: 'POST', run: updateCampaignInteractions },
  setcustomerchannelpreference: { method: 'POST', run: setCustomerChannelPreference },
};

function knownChannel(call: OptimoveCall): number {
  const channelId = integerParameter(call, 'ChannelID');
  if (!call.tenant.channels.some(({ id }) => id === channelId))
    throw new Refusal(400, `ChannelID ${channelId} does not exist`);
  return channelId;
}

function removeTemplate(tenant: Tenant, channelId: number, templateId: number): void {
  tenant.templates = tenant.templates.filter(
    (template) => template.channelId !== channelId || template.templateId !== templateId,
  );
}

function removeApp(tenant: Tenant, channelId: number, appId: string): void {
  tenant.apps = tenant.apps.filter((app) => app.channelId !== channelId || app.appId !== appId);
}
