import { LauncherError } from '../errors';
import type { DemoContext } from './demo-context';
import { copyCsv, type ImportAnswer } from './import-csv';
import type { SandboxCampaign, SandboxTenant } from './sandbox-control';

/** How many customers the campaign of the demo names, not counting repeats and malformed rows. */
export const customerCount = 10_000;

/** Some of everything that happens in real lists. */
const mix = {
  unmatched: 0.03,
  unsubscribed: 0.04,
  emailUnsubscribed: 0.05,
  smsUnsubscribed: 0.05,
  noDevice: 0.1,
  badNumber: 0.02,
  apns: 0.5,
  duplicate: 0.01,
  malformed: 0.001,
};

const content = {
  mobilePush: {
    title: 'Hello {{ FirstName }}',
    body: 'Your {{ BonusAmount }} € bonus for {{ FavouriteGame }} is waiting.',
  },
  email: {
    fromAddress: 'offers@example.com',
    fromName: 'Example Casino',
    subject: '{{ FirstName }}, your bonus is here',
    html: '<p>Hello {{ FirstName }},</p><p>enjoy {{ BonusAmount }} € on {{ FavouriteGame }}.</p>',
  },
  sms: { from: 'Example', text: 'Hi {{ FirstName }}, {{ BonusAmount }} € for {{ FavouriteGame }} is yours today.' },
};

const createCampaign = /* GraphQL */ `
  mutation DemoCampaign($input: CreateCampaignInput!) {
    createCampaign(input: $input) { campaign { id version } userErrors { code message path } }
  }
`;

const launchCampaign = /* GraphQL */ `
  mutation DemoLaunch($input: LaunchCampaignInput!) {
    launchCampaign(input: $input) {
      campaign { id publication { state optimoveTemplateId error } }
      userErrors { code message path }
    }
  }
`;

interface Launched {
  campaign: { publication: { state: string; optimoveTemplateId: string; error: string | null } | null };
}

/** Builds the campaign and launches it, which makes it a template in Optimove; returns the template's id there. */
export async function launchDemoCampaign({ api, runName }: DemoContext, channelId: string): Promise<string> {
  const created = await api.mutate<{ campaign: { id: string; version: number } }>(createCampaign, {
    channelId,
    name: runName,
    content,
  });
  const { id, version } = created.campaign;
  const { campaign } = await api.mutate<Launched>(launchCampaign, { id, version });
  if (campaign.publication?.state !== 'PUBLISHED') {
    throw new LauncherError(`The template was not published: ${campaign.publication?.error ?? 'no reason given'}`);
  }
  return campaign.publication.optimoveTemplateId;
}

/** Plans a campaign in the sandbox that uses the template. */
export function planOptimoveCampaign(
  { sandbox }: DemoContext,
  tenant: SandboxTenant,
  templateId: string,
): Promise<SandboxCampaign> {
  const [channel] = tenant.channels;
  return sandbox.post(`/tenants/${tenant.id}/campaigns`, {
    name: 'Demo',
    channelId: channel?.id,
    templateIds: [templateId],
    customers: { count: customerCount, seed: 7, mix },
  });
}

/** Imports the people of the campaign, as the operator's own systems would have done before. */
export async function importPeople(
  context: DemoContext,
  tenant: SandboxTenant,
  campaignId: string,
): Promise<ImportAnswer[]> {
  const folder = `/tenants/${tenant.id}/campaigns/${campaignId}`;
  return [
    await copyCsv(context, { from: `${folder}/profiles.csv`, to: '/imports/profiles' }),
    await copyCsv(context, { from: `${folder}/devices.csv`, to: '/imports/devices' }),
  ];
}

/** Has Optimove execute the campaign, which calls the listeners. */
export function runOptimoveCampaign(
  { sandbox }: DemoContext,
  tenant: SandboxTenant,
  campaignId: string,
): Promise<object> {
  return sandbox.post(`/tenants/${tenant.id}/campaigns/${campaignId}/run`, {});
}
