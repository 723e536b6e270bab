import { createHash, randomBytes } from 'node:crypto';
import { rowCount } from '../customers/audience';
import { type SandboxCampaign, stamp } from '../tenants/campaign';
import type { Tenant } from '../tenants/tenant';

/** Where a channel's engagements are announced, as set up in Optimove's screens. */
export interface Webhook {
  channelId: number;
  name: string;
  url: string;
  /** Rows of a file. The real screens take 10,000 to 100,000; the box takes less, too. */
  rowsPerFile: number;
}

/** One template of an executed campaign, with its customers in files. */
export interface Engagement {
  id: number;
  campaign: SandboxCampaign;
  templateId: number;
  /** Place of the template in the campaign, which says which rows are its own. */
  templateIndex: number;
  rowsPerFile: number;
  folder: string;
  /** Base64 of 32 bytes. */
  decryptionKey: string;
  /** Also the version of its objects. */
  createdAt: Date;
}

/** Optimove's name for its bucket in Europe; "external" means that a key is mandatory. */
export const bucket = 'optigration-external-eu';

const firstEngagementId = 144_523;
const tenantNumber = 28_209;

/** Makes the engagements of a campaign, one for each of its templates. */
export function engage(tenant: Tenant, campaign: SandboxCampaign, webhook: Webhook): Engagement[] {
  return campaign.templateIds.map((templateId, templateIndex) => {
    const id = firstEngagementId + tenant.engagements.length;
    const createdAt = new Date();
    const minute = stamp(createdAt).slice(0, 16).replace(':', ' ');
    const engagement: Engagement = {
      id,
      campaign,
      templateId,
      templateIndex,
      rowsPerFile: webhook.rowsPerFile,
      folder: `${tenant.id}_${minute}_${webhook.name}_${webhook.channelId}_${id}`,
      decryptionKey: randomBytes(32).toString('base64'),
      createdAt,
    };
    tenant.engagements.push(engagement);
    return engagement;
  });
}

/** Rows of all files of an engagement. */
export function engagementRows({ campaign, templateIndex }: Engagement): number {
  const templates = campaign.templateIds.length;
  return Math.max(0, Math.ceil((rowCount(campaign.audience) - templateIndex) / templates));
}

/** How many files the rows take; an empty list has one without rows. */
export function fileCount(engagement: Engagement): number {
  return Math.max(1, Math.ceil(engagementRows(engagement) / engagement.rowsPerFile));
}

/** The body of event 14; its time has no seconds. */
export function webhookBody(engagement: Engagement): Record<string, unknown> {
  const { campaign, id, folder, decryptionKey } = engagement;
  return {
    EventTypeID: 14,
    TimeStamp: stamp().slice(0, 16),
    CampaignID: campaign.id,
    EngagementID: id,
    TenantID: tenantNumber,
    BucketName: bucket,
    CustomersFolderPath: `${folder}/customers`,
    MetadataFilePath: `${folder}/metadata_${id}`,
    DecryptionKey: decryptionKey,
    ChannelID: campaign.channelId,
  };
}

/** The metadata file. */
export function metadataOf(tenant: Tenant, engagement: Engagement): object {
  const { campaign, id, templateId } = engagement;
  const template = tenant.templates.find(
    (each) => each.templateId === templateId && each.channelId === campaign.channelId,
  );
  return {
    ActionID: 12,
    ActionName: campaign.name,
    CampaignID: campaign.id,
    CampaignPlanID: campaign.id + 1_000,
    ChannelID: campaign.channelId,
    ChannelName: tenant.channels.find((channel) => channel.id === campaign.channelId)?.name ?? '',
    EngagementID: id,
    NumberOfCustomers: engagementRows(engagement),
    NumberOfFiles: fileCount(engagement),
    PlanDetailChannelID: id + 1_000,
    Promotions: 'WB23,NV10',
    ScheduledTime: `${(campaign.scheduledTimes[0] ?? stamp()).replace(' ', 'T')}Z`,
    TargetGroupName: 'Everybody',
    TemplateID: templateId,
    TemplateName: template?.templateName ?? `Template ${templateId}`,
    Duration: 1,
    InternalAccountID: 1,
    AccountName: tenant.name,
    Identifier: '',
    Tags: '',
    CampaignType: 'Test/Control',
    IsMultiChannel: false,
    EngagementTimezone: 'UTC',
    EmailAddresses: '',
    WebhookAttributes: '',
  };
}

/** What Google keeps of a customer's key. */
export function keyHash(key: string): string {
  return createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64');
}
