import { CampaignCategories } from '../limits/campaign-categories';
import { CampaignSenders } from '../limits/campaign-senders';
import { ApprovalRepository } from '../persistence/authoring/approval.repository';
import { CampaignEntity } from '../persistence/authoring/campaign.entity';
import { CampaignRepository } from '../persistence/authoring/campaign.repository';
import { CampaignVersionEntity } from '../persistence/authoring/campaign-version.entity';
import { ChannelAppRepository } from '../persistence/authoring/channel-app.repository';
import { EmailTemplateRepository } from '../persistence/authoring/email-template.repository';
import { PublicationRepository } from '../persistence/authoring/publication.repository';
import { SnippetRepository } from '../persistence/authoring/snippet.repository';
import { TemplatePublicationEntity } from '../persistence/authoring/template-publication.entity';
import { VersionRepository } from '../persistence/authoring/version.repository';
import { DirectCampaignRepository } from '../persistence/direct/direct-campaign.repository';
import { CategoryRepository } from '../persistence/limits/category.repository';
import { SendingRulesRepository } from '../persistence/limits/sending-rules.repository';
import { CampaignAccounts } from './campaign-accounts';
import { CampaignApps } from './campaign-apps';
import { CampaignChannels } from './campaign-channel';
import { CampaignDependents } from './campaign-dependents';
import { CampaignSegments } from './campaign-segments';
import { ContentToSave } from './content-to-save';
import { CopyCampaign } from './copy-campaign';
import { DropApps } from './drop-apps';
import { EmailTemplates } from './email-templates';
import { EncryptedPush } from './encrypted-push';
import { LaunchCampaign } from './launch-campaign';
import { ManageCampaigns } from './manage-campaigns';
import { ManageEmailTemplates } from './manage-email-templates';
import { ManageSnippets } from './manage-snippets';
import { PreviewCampaign } from './preview-campaign';
import { PublicationClock } from './publication.clock';
import { PublicationSteps } from './publication-steps';
import { PublishNow } from './publish-now';
import { PublishTemplate } from './publish-template';
import { PublishTemplateHandler } from './publish-template.handler';
import { RenameCampaign } from './rename-campaign';
import { RepairTemplates } from './repair-templates';
import { ReviewCampaign } from './review-campaign';
import { ReviewParts } from './review-parts';
import { Snippets } from './snippets';
import { TellWithTokenHandler } from './tell-with-token.handler';
import { TemplateConsequences } from './template-consequences';
import { TemplateDirectory } from './template-directory';
import { Versions } from './versions';
import { WithdrawCampaign } from './withdraw-campaign';
import { WithdrawTemplatesHandler } from './withdraw-templates.handler';
import { WrittenCampaigns } from './written-campaigns';

export { authoringApiProviders } from './authoring-api.module';

/** Tables of writing and publishing campaigns. */
export const authoringEntities = [CampaignEntity, CampaignVersionEntity, TemplatePublicationEntity];

/** Writing and publishing campaigns, on every host. */
export const authoringProviders = [
  ApprovalRepository,
  CampaignRepository,
  DirectCampaignRepository,
  WrittenCampaigns,
  VersionRepository,
  ChannelAppRepository,
  PublicationRepository,
  SnippetRepository,
  Snippets,
  ManageSnippets,
  EmailTemplateRepository,
  EmailTemplates,
  EncryptedPush,
  ManageEmailTemplates,
  ContentToSave,
  CategoryRepository,
  SendingRulesRepository,
  CampaignCategories,
  CampaignSenders,
  CampaignApps,
  CampaignAccounts,
  CampaignChannels,
  CampaignDependents,
  CampaignSegments,
  ManageCampaigns,
  CopyCampaign,
  LaunchCampaign,
  PreviewCampaign,
  PublicationSteps,
  RenameCampaign,
  ReviewCampaign,
  ReviewParts,
  WithdrawCampaign,
  DropApps,
  PublishNow,
  PublishTemplate,
  RepairTemplates,
  TemplateConsequences,
  TemplateDirectory,
  Versions,
];

/** What the worker host adds: handlers and clocks. */
export const authoringWorkerProviders = [
  PublishTemplateHandler,
  WithdrawTemplatesHandler,
  TellWithTokenHandler,
  PublicationClock,
];
