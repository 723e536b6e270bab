import type { SandboxCampaign } from '../tenants/tenant';
import { dateParameter, integerParameter, type OptimoveCall, type OptimoveFunction, Refusal } from './request';

const getCampaignDetails: OptimoveFunction = (call) => {
  const campaign = executedCampaign(call);
  return {
    TargetGroupID: 1,
    CampaignType: 'No Control',
    Duration: 1,
    LeadTime: 0,
    Notes: '',
    IsMultiChannel: false,
    IsRecurrence: false,
    Status: 'Successful',
    Error: '',
    Tags: [],
    TestGroupSize: campaign.audience.count,
    ControlGroupSize: 0,
    Channels: [{ Id: campaign.channelId }],
  };
};

const getExecutedCampaignChannelDetails: OptimoveFunction = (call) => {
  const campaign = executedCampaign(call);
  if (integerParameter(call, 'ChannelID') !== campaign.channelId) return [];
  return campaign.templateIds.map((templateId, index) => ({
    ListID: index + 1,
    SendID: '',
    TemplateID: templateId,
    ScheduledTime: campaign.scheduledTime,
  }));
};

const getExecutedCampaignsByChannel: OptimoveFunction = (call) => {
  const channelId = integerParameter(call, 'ChannelID');
  const date = dateParameter(call, 'Date');
  return [...call.tenant.campaigns.values()]
    .filter((campaign) => campaign.channelId === channelId && campaign.executedOn === date)
    .map(({ id }) => ({ CampaignID: id }));
};

/** Functions of the category `actions`, by lower-case name. */
export const actionFunctions: Record<string, { method: 'GET' | 'POST'; run: OptimoveFunction }> = {
  getcampaigndetails: { method: 'GET', run: getCampaignDetails },
  getexecutedcampaignchanneldetails: { method: 'GET', run: getExecutedCampaignChannelDetails },
  getexecutedcampaignsbychannel: { method: 'GET', run: getExecutedCampaignsByChannel },
  getexecutionchannels: {
    method: 'GET',
    run: ({ tenant }) => tenant.channels.map(({ id, name }) => ({ ChannelId: id, ChannelName: name })),
  },
};

/** The executed campaign that the call names. @throws {Refusal} 404 when there is none. */
export function executedCampaign(call: OptimoveCall): SandboxCampaign {
  const campaign = call.tenant.campaigns.get(integerParameter(call, 'CampaignID'));
  if (!campaign || campaign.state === 'PLANNED') throw new Refusal(404, 'Not Found');
  return campaign;
}
