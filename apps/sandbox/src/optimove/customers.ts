import { findCustomer } from '../customers/audience';
import { attributeNames } from '../customers/customer';
import { type SandboxCampaign, sendAt } from '../tenants/campaign';
import { executedCampaign } from './actions';
import { getCustomerAttributeChangers } from './attribute-changers';
import { getCustomerChannelInteractions } from './known-interactions';
import { type CustomerRow, type PageLimits, recipientPage } from './recipient-page';
import {
  adminOnly,
  integerParameter,
  type OptimoveCall,
  type OptimoveCategory,
  type OptimoveFunction,
  optionalInteger,
  Refusal,
  readFor,
} from './request';

type Shape = (row: CustomerRow, campaign: SandboxCampaign, call: OptimoveCall) => object;

const everyChannel = 0;

/** Functions of the category `customers`. */
export function customerFunctions(limits: PageLimits): OptimoveCategory {
  const ofChannel = (shape: Shape) => readFor((call) => list(call, { limits, shape, channel: channelAsked(call) }));
  const ofCampaign = (shape: Shape) => readFor((call) => list(call, { limits, shape, channel: everyChannel }));
  const ofOptionalChannel = (shape: Shape) =>
    readFor((call) => list(call, { limits, shape, channel: optionalInteger(call, 'ChannelID', everyChannel) }));
  return {
    GetCustomerSendDetailsByChannel: ofChannel(sendDetails),
    GetCustomerExecutionDetailsByCampaign: ofChannel(executionDetails),
    GetCustomerAttributeChangers: readFor(getCustomerAttributeChangers),
    GetCustomerChannelInteractions: readFor(getCustomerChannelInteractions),
    GetCustomerOneTimeActionsByCampaign: ofOptionalChannel(oneTimeAction),
    GetCustomerSendDetailsByCampaign: adminOnly(ofCampaign(campaignSendDetails)),
  };
}

/** Functions of the category `model`. */
export const modelFunctions: OptimoveCategory = {
  GetCustomerAttributeList: adminOnly(
    readFor(({ tenant }) =>
      [...attributeNames, ...tenant.attributes.keys()].map((name) => ({ RealFieldName: name, Description: name })),
    ),
  ),
};

/** Attributes of one customer, for the function whose path holds the customer's ID. @throws {Refusal} 404 for a stranger. */
export function customerAttributes(customerId: string): OptimoveFunction {
  return ({ tenant }) => {
    const audiences = [...tenant.campaigns.values()].map(({ audience }) => audience);
    const customer = findCustomer(audiences, customerId);
    if (!customer) throw new Refusal(404, 'Not Found');
    return attributeNames.map((name) => ({
      RealFieldName: name,
      Alias: name,
      FieldType: 'String',
      Value: customer.attributes[name] ?? null,
    }));
  };
}

function list(
  call: OptimoveCall,
  { limits, shape, channel }: { limits: PageLimits; shape: Shape; channel: number },
): object[] {
  const campaign = executedCampaign(call);
  if (channel !== everyChannel && channel !== campaign.channelId) return [];
  return recipientPage(call, { limits, campaign, shape: (row) => shape(row, campaign, call) });
}

function channelAsked(call: OptimoveCall): number {
  return integerParameter(call, 'ChannelID');
}

const sendDetails: Shape = ({ customer, position }, campaign) => {
  const { templateId, time } = sendAt(campaign, position);
  return { CustomerID: customer.customerId, TemplateID: templateId, ScheduledTime: time };
};

const executionDetails: Shape = ({ customer, position }, campaign, { tenant }) => {
  const { templateId, time } = sendAt(campaign, position);
  const template = tenant.templates.find(
    (candidate) => candidate.templateId === templateId && candidate.channelId === campaign.channelId,
  );
  return {
    CustomerID: customer.customerId,
    ActionID: 12,
    ChannelID: campaign.channelId,
    TemplateID: templateId,
    TemplateName: template?.templateName ?? `Template ${templateId}`,
    ScheduleTime: time,
    PromoCode: 'WB23,NV10',
  };
};

const oneTimeAction: Shape = ({ customer }, { channelId }) => ({
  CustomerID: customer.customerId,
  RecipientGroupID: 1,
  ActionID: 12,
  ChannelID: channelId,
});

const campaignSendDetails: Shape = ({ customer, position }, campaign, { query }) => {
  const { templateId, time } = sendAt(campaign, position);
  const template = query.includetemplateids?.toLowerCase() === 'true' ? { TemplateID: templateId } : {};
  return {
    CustomerID: customer.customerId,
    ChannelID: campaign.channelId,
    ScheduledTime: time,
    SendID: '',
    ...template,
  };
};
