import { ChannelsApiModule, ChannelsModule } from '@modules/channels';
import { ConnectionsApiModule, ConnectionsModule } from '@modules/connections';
import { ProfilesModule } from '@modules/profiles';
import { ProjectsModule } from '@modules/projects';
import { SuppressionModule } from '@modules/suppression';
import { Module } from '@nestjs/common';
import { AcceptedForLaterLoader } from './api/accepted-for-later.loader';
import { AcceptedForLaterResolver } from './api/accepted-for-later.resolver';
import { CampaignExecutionsLoader } from './api/campaign-executions.loader';
import { CampaignExecutionsResolver } from './api/campaign-executions.resolver';
import { ChoiceLoader } from './api/choice.loader';
import { ChoiceResolver } from './api/choice.resolver';
import { DirectCampaignResolver } from './api/direct/direct-campaign.resolver';
import { ExecutionResolver } from './api/execution.resolver';
import { FunnelLoader } from './api/funnel.loader';
import { JournalResolver } from './api/journal.resolver';
import { CategoryResolver } from './api/limits/category.resolver';
import { SendingRulesResolver } from './api/limits/sending-rules.resolver';
import { LinkClicksPages } from './api/link-clicks.pages';
import { MediumFunnelLoader } from './api/medium-funnel.loader';
import {
  CampaignMediumFunnelResolver,
  DirectCampaignMediumFunnelResolver,
  ExecutionMediumFunnelResolver,
} from './api/medium-funnel.resolver';
import { MediumFunnelExportController } from './api/medium-funnel-export.controller';
import { OptimoveCallbackController } from './api/optimove-callback.controller';
import { CampaignPlaceResolver, ExecutionPlaceResolver } from './api/place.resolver';
import { ProgressResolver } from './api/progress.resolver';
import { QuietChannelResolver } from './api/quiet-channel.resolver';
import { ReadingResolver } from './api/reading.resolver';
import { RecipientsExportController } from './api/recipients-export.controller';
import { RehearsalResolver } from './api/rehearsal.resolver';
import { SentCampaignLoader } from './api/sent-campaign.loader';
import { SettlementResolver } from './api/settlement.resolver';
import { ShowingLoader } from './api/showing.loader';
import { ShowingResolver } from './api/showing.resolver';
import { StopResolver } from './api/stop.resolver';
import { TemplateFunnelResolver } from './api/template-funnel.resolver';
import { TestSendResolver } from './api/test-send.resolver';
import { TraceResolver } from './api/trace.resolver';
import { UncertainResolver } from './api/uncertain.resolver';
import { approvalApiProviders } from './approval';
import { authoringApiProviders } from './authoring';
import { CampaignsModule } from './campaigns.module';
import { CallbackSpool } from './execution/callback-spool';
import { CountGone } from './execution/count-gone';
import { StopScopes } from './execution/stop-scopes';
import { EngagementIntake } from './tracking/engagement-intake';
import { MailView } from './tracking/mail-view';
import { SdkInboxController } from './tracking/sdk-inbox.controller';
import { SdkMessagesController } from './tracking/sdk-messages.controller';
import { ShortLinksController } from './tracking/short-links.controller';
import { TrackingController } from './tracking/tracking.controller';
import { WithholdKept } from './tracking/withhold-kept';

/** Campaigns as the api host serves them. */
@Module({
  imports: [
    CampaignsModule,
    ChannelsApiModule,
    ChannelsModule,
    ConnectionsApiModule,
    ConnectionsModule,
    ProfilesModule,
    ProjectsModule,
    SuppressionModule,
  ],
  controllers: [
    OptimoveCallbackController,
    RecipientsExportController,
    MediumFunnelExportController,
    TrackingController,
    ShortLinksController,
    SdkMessagesController,
    SdkInboxController,
  ],
  providers: [
    AcceptedForLaterLoader,
    AcceptedForLaterResolver,
    CallbackSpool,
    CampaignExecutionsLoader,
    CampaignExecutionsResolver,
    CampaignPlaceResolver,
    ExecutionPlaceResolver,
    ChoiceLoader,
    ChoiceResolver,
    ExecutionResolver,
    ReadingResolver,
    QuietChannelResolver,
    UncertainResolver,
    SettlementResolver,
    ShowingLoader,
    ShowingResolver,
    StopResolver,
    StopScopes,
    TraceResolver,
    FunnelLoader,
    LinkClicksPages,
    MediumFunnelLoader,
    ExecutionMediumFunnelResolver,
    CampaignMediumFunnelResolver,
    DirectCampaignMediumFunnelResolver,
    SentCampaignLoader,
    TemplateFunnelResolver,
    ProgressResolver,
    EngagementIntake,
    WithholdKept,
    MailView,
    DirectCampaignResolver,
    ...authoringApiProviders,
    ...approvalApiProviders,
    CategoryResolver,
    CountGone,
    SendingRulesResolver,
    JournalResolver,
    RehearsalResolver,
    TestSendResolver,
  ],
})
export class CampaignsApiModule {}
