import type { Tenant } from '../tenants/tenant';
import { postbackFunctions } from './postbacks';
import {
  integerField,
  integerParameter,
  knownChannel,
  listBody,
  type OptimoveCategory,
  type OptimoveFunction,
  optionalText,
  Refusal,
  readFor,
  textField,
  writeFor,
} from './request';

const mostRows = 100;
const largestTemplateId = 2 ** 31 - 1;

const addChannelTemplates: OptimoveFunction = (call) => {
  const channelId = knownChannel(call, integerParameter(call, 'ChannelID'));
  const templates = listBody(call, mostRows).map((item) => {
    const templateId = integerField(item, 'TemplateID');
    if (templateId > largestTemplateId) throw new Refusal(400, 'TemplateID is too large');
    return { channelId, templateId, templateName: textField(item, 'TemplateName'), appId: optionalText(item, 'AppID') };
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
  const channelId = knownChannel(call, integerParameter(call, 'ChannelID'));
  return call.tenant.templates
    .filter((template) => template.channelId === channelId)
    .map(({ templateId, templateName }) => ({ TemplateID: templateId, TemplateName: templateName }));
};

const getChannelTemplateDetails: OptimoveFunction = (call) => {
  const channelId = knownChannel(call, integerParameter(call, 'ChannelID'));
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
  const channelId = knownChannel(call, integerParameter(call, 'ChannelID'));
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

/** Functions of the category `integrations`. */
export const integrationFunctions: OptimoveCategory = {
  AddChannelTemplates: writeFor(addChannelTemplates),
  DeleteChannelTemplates: writeFor(deleteChannelTemplates),
  GetChannelTemplates: readFor(getChannelTemplates),
  GetChannelTemplateDetails: readFor(getChannelTemplateDetails),
  AddChannelApps: writeFor(addChannelApps),
  DeleteChannelApps: writeFor(deleteChannelApps),
  ...postbackFunctions,
};

function removeTemplate(tenant: Tenant, channelId: number, templateId: number): void {
  tenant.templates = tenant.templates.filter(
    (template) => template.channelId !== channelId || template.templateId !== templateId,
  );
}

function removeApp(tenant: Tenant, channelId: number, appId: string): void {
  tenant.apps = tenant.apps.filter((app) => app.channelId !== channelId || app.appId !== appId);
}
