import { isExecuted, type SandboxCampaign } from '../tenants/campaign';
import {
  adminOnly,
  dateParameter,
  integerParameter,
  knownChannel,
  type OptimoveCall,
  type OptimoveCategory,
  type OptimoveFunction,
  Refusal,
  readFor,
} from './request';

const getCampaignDetails: OptimoveFunction = (call) => details(executedCampaign(call));

const getExecutedCampaignDetails: OptimoveFunction = (call) => {
  const date = dateParameter(call, 'Date');
  return executedOn(call, date).map((campaign) => ({ CampaignID: campaign.id, ...details(campaign) }));
};

const getExecutedCampaignChannelDetails: OptimoveFunction = (call) => {
  const campaign = executedCampaign(call);
  if (integerParameter(call, 'ChannelID') !== campaign.channelId) return [];
  const { templateIds, unlistedTemplateIds, scheduledTimes } = campaign;
  const listed = templateIds.filter((id) => !unlistedTemplateIds.includes(id));
  const sends = listed.flatMap((templateId) => scheduledTimes.map((time) => ({ templateId, time })));
  return sends.map(({ templateId, time }, index) => ({
    ListID: index + 1,
    SendID: '',
    TemplateID: templateId,
    ScheduledTime: time,
  }));
};

const getExecutedCampaignsByChannel: OptimoveFunction = (call) => {
  const channelId = knownChannel(call, integerParameter(call, 'ChannelID'));
  return executedOn(call, dateParameter(call, 'Date'))
    .filter((campaign) => campaign.channelId === channelId)
    .map(({ id }) => ({ CampaignID: id }));
};

const getExecutionChannels: OptimoveFunction = ({ tenant }) =>
  tenant.channels.map(({ id, name }) => ({ ChannelId: id, ChannelName: name }));

/** Functions of the category `actions`. */
export const actionFunctions: OptimoveCategory = {
  GetCampaignDetails: readFor(getCampaignDetails),
  GetExecutedCampaignDetails: adminOnly(readFor(getExecutedCampaignDetails)),
  GetExecutedCampaignChannelDetails: readFor(getExecutedCampaignChannelDetails),
  GetExecutedCampaignsByChannel: readFor(getExecutedCampaignsByChannel),
  GetExecutionChannels: adminOnly(readFor(getExecutionChannels)),
};

/** The executed campaign that the call names. @throws {Refusal} 404 when there is none. */
export function executedCampaign(call: OptimoveCall): SandboxCampaign {
  const campaign = call.tenant.campaigns.get(integerParameter(call, 'CampaignID'));
  if (!campaign || !isExecuted(campaign)) throw new Refusal(404, 'Not Found');
  return campaign;
}

function executedOn({ tenant }: OptimoveCall, date: string): SandboxCampaign[] {
  return [...tenant.campaigns.values()].filter((campaign) => campaign.executedOn === date);
}

function details({ audience, channelId, name }: SandboxCampaign): object {
  return {
    TargetGroupID: 1,
    CampaignType: 'No Control',
    Duration: 1,
    LeadTime: 0,
    Notes: name,
    IsMultiChannel: false,
    IsRecurrence: false,
    Status: 'Successful',
    Error: '',
    Tags: [],
    TestGroupSize: audience.count,
    ControlGroupSize: 0,
    Channels: [{ Id: channelId }],
  };
}
