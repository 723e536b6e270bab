import { parseConfig } from '@libs/platform';
import { ChannelsModule } from '@modules/channels';
import { ConnectionsModule } from '@modules/connections';
import { MatchingModule } from '@modules/matching';
import { ProfilesModule } from '@modules/profiles';
import { ProjectsModule } from '@modules/projects';
import { SuppressionModule } from '@modules/suppression';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { approvalProviders } from './approval';
import { authoringEntities, authoringProviders } from './authoring';
import { CampaignsConfig } from './campaigns.config';
import { CampaignsService } from './campaigns.service';
import { directProviders } from './direct';
import { AcceptCallback } from './execution/accept-callback';
import { AccountsNeeded } from './execution/accounts-needed';
import { AnnounceCampaign } from './execution/announce-campaign';
import { ApplyReceipts } from './execution/apply-receipts';
import { CancelExecution } from './execution/cancel-execution';
import { CompleteExecution } from './execution/complete-execution';
import { CompleteTrigger } from './execution/complete-trigger';
import { DecideSlice } from './execution/decide-slice';
import { DrainTriggered } from './execution/drain-triggered';
import { ErasedPeople } from './execution/erased-people';
import { ExecutionContexts } from './execution/execution-context';
import { ExecutionNews } from './execution/execution-news';
import { ExecutionWork } from './execution/execution-work';
import { ExecutionsUsingAccount } from './execution/executions-using-account';
import { FindMissed } from './execution/find-missed';
import { FindQuietChannels } from './execution/find-quiet-channels';
import { ForgetOld } from './execution/forget-old';
import { GivingWay } from './execution/giving-way';
import { GoOnOverConnection } from './execution/go-on-over-connection';
import { HandOverSlice } from './execution/hand-over-slice';
import { MatchPeople } from './execution/match-people';
import { MatchSamePeople } from './execution/match-same-people';
import { NarrowToSegment } from './execution/narrow-to-segment';
import { NarrowToTarget } from './execution/narrow-to-target';
import { OwnCampaigns } from './execution/own-campaigns';
import { ReadOnOverConnection } from './execution/read-on-over-connection';
import { ReadRecipients } from './execution/read-recipients';
import { RecipientSources } from './execution/recipient-sources/recipient-sources';
import { RetryExecution } from './execution/retry-execution';
import { SendChunk } from './execution/send-chunk';
import { SendSlice } from './execution/send-slice';
import { SentBeforeSignIn } from './execution/sent-before-sign-in';
import { SettleByReceipt } from './execution/settle-by-receipt';
import { SettleColumns } from './execution/settle-columns';
import { SettleDeliveries } from './execution/settle-deliveries';
import { SettleProven } from './execution/settle-proven';
import { StopExecutions } from './execution/stop-executions';
import { StopShowing } from './execution/stop-showing';
import { TriggerIntake } from './execution/trigger-intake';
import { TriggeredBudget } from './execution/triggered-budget';
import { TriggeredSubjects } from './execution/triggered-subjects';
import { WatchExecution } from './execution/watch-execution';
import { limitProviders } from './limits';
import { EngagementRepository } from './persistence/engagement.repository';
import { AnnouncementRepository } from './persistence/ledger/announcement.repository';
import { AudienceRepository } from './persistence/ledger/audience.repository';
import { ChannelAlarmRepository } from './persistence/ledger/channel-alarm.repository';
import { ChoiceCountsRepository } from './persistence/ledger/choice-counts.repository';
import { ChunkRepository } from './persistence/ledger/chunk.repository';
import { DeliveryRepository } from './persistence/ledger/delivery.repository';
import { EngagementFilesRepository } from './persistence/ledger/engagement-files.repository';
import { EngagementLedgerRepository } from './persistence/ledger/engagement-ledger.repository';
import { EngagementNewsRepository } from './persistence/ledger/engagement-news.repository';
import { ExecutionRepository } from './persistence/ledger/execution.repository';
import { ExecutionLinkRepository } from './persistence/ledger/execution-link.repository';
import { ExecutionListRepository } from './persistence/ledger/execution-list.repository';
import { ExecutionWorkRepository } from './persistence/ledger/execution-work.repository';
import { ExportRepository } from './persistence/ledger/export.repository';
import { FoldedSumsRepository } from './persistence/ledger/folded-sums.repository';
import { FreezeRepository } from './persistence/ledger/freeze.repository';
import { FunnelRepository } from './persistence/ledger/funnel.repository';
import { JournalRepository } from './persistence/ledger/journal.repository';
import { JournalKeepingRepository } from './persistence/ledger/journal-keeping.repository';
import { MediumFunnelRepository } from './persistence/ledger/medium-funnel.repository';
import { ReadingListRepository } from './persistence/ledger/reading-list.repository';
import { ReceiptLedgerRepository } from './persistence/ledger/receipt-ledger.repository';
import { RetentionRepository } from './persistence/ledger/retention.repository';
import { SamePeopleRepository } from './persistence/ledger/same-people.repository';
import { SentCampaignRepository } from './persistence/ledger/sent-campaign.repository';
import { SettlementRepository } from './persistence/ledger/settlement.repository';
import { SightingRepository } from './persistence/ledger/sighting.repository';
import { SignalRepository } from './persistence/ledger/signal.repository';
import { StopRepository } from './persistence/ledger/stop.repository';
import { TotalsChangeRepository } from './persistence/ledger/totals-change.repository';
import { TraceRepository } from './persistence/ledger/trace.repository';
import { TriggeredRepository } from './persistence/ledger/triggered.repository';
import { TriggeredBudgetRepository } from './persistence/ledger/triggered-budget.repository';
import { TriggeredDayRepository } from './persistence/ledger/triggered-day.repository';
import { UncertainRepository } from './persistence/ledger/uncertain.repository';
import { WaitingChunksRepository } from './persistence/ledger/waiting-chunks.repository';
import { ShortLinkRepository } from './persistence/short-link.repository';
import { TextedRepository } from './persistence/texted.repository';
import { JournalPersonalData } from './personal-data/journal-personal-data';
import { LedgerPersonalData } from './personal-data/ledger-personal-data';
import { rehearsalProviders } from './rehearsal';
import { testSendProviders } from './test-send';
import { ApplyEngagement } from './tracking/apply-engagement';
import { ApplyKeywords } from './tracking/apply-keywords';
import { FindLinks } from './tracking/find-links';
import { MessageLinks } from './tracking/message-links';
import { ShortLinks } from './tracking/short-links';

const repositories = [
  AnnouncementRepository,
  AudienceRepository,
  ChannelAlarmRepository,
  ChoiceCountsRepository,
  ChunkRepository,
  WaitingChunksRepository,
  DeliveryRepository,
  EngagementRepository,
  EngagementLedgerRepository,
  ExecutionLinkRepository,
  MediumFunnelRepository,
  ShortLinkRepository,
  TextedRepository,
  ExecutionListRepository,
  EngagementFilesRepository,
  ExecutionRepository,
  ExecutionWorkRepository,
  ExportRepository,
  FoldedSumsRepository,
  FreezeRepository,
  FunnelRepository,
  JournalRepository,
  JournalKeepingRepository,
  ReadingListRepository,
  RetentionRepository,
  SettlementRepository,
  ReceiptLedgerRepository,
  SamePeopleRepository,
  SightingRepository,
  SignalRepository,
  StopRepository,
  TotalsChangeRepository,
  EngagementNewsRepository,
  SentCampaignRepository,
  TraceRepository,
  TriggeredBudgetRepository,
  TriggeredDayRepository,
  TriggeredRepository,
  UncertainRepository,
];
const useCases = [
  AcceptCallback,
  AnnounceCampaign,
  ApplyEngagement,
  FindLinks,
  ApplyKeywords,
  ApplyReceipts,
  SettleByReceipt,
  CancelExecution,
  GoOnOverConnection,
  ReadOnOverConnection,
  CompleteExecution,
  DrainTriggered,
  TriggeredSubjects,
  TriggeredBudget,
  ExecutionContexts,
  ExecutionsUsingAccount,
  ExecutionNews,
  ExecutionWork,
  FindMissed,
  FindQuietChannels,
  ForgetOld,
  GivingWay,
  MessageLinks,
  ShortLinks,
  ErasedPeople,
  MatchPeople,
  MatchSamePeople,
  ReadRecipients,
  SettleColumns,
  RecipientSources,
  RetryExecution,
  NarrowToSegment,
  NarrowToTarget,
  OwnCampaigns,
  SentBeforeSignIn,
  SendChunk,
  AccountsNeeded,
  DecideSlice,
  HandOverSlice,
  SendSlice,
  SettleDeliveries,
  SettleProven,
  StopExecutions,
  CompleteTrigger,
  StopShowing,
  TriggerIntake,
  WatchExecution,
];

/** Templates, executions and the ledger; the only orchestrator. */
@Module({
  imports: [
    ProjectsModule,
    ConnectionsModule,
    ProfilesModule,
    ChannelsModule,
    MatchingModule,
    SuppressionModule,
    TypeOrmModule.forFeature(authoringEntities),
  ],
  providers: [
    { provide: CampaignsConfig, useFactory: () => parseConfig(CampaignsConfig) },
    ...repositories,
    ...useCases,
    ...authoringProviders,
    ...rehearsalProviders,
    ...directProviders,
    ...approvalProviders,
    ...limitProviders,
    ...testSendProviders,
    JournalPersonalData,
    LedgerPersonalData,
    CampaignsService,
  ],
  exports: [
    CampaignsConfig,
    ...repositories,
    ...useCases,
    ...authoringProviders,
    ...rehearsalProviders,
    ...directProviders,
    ...approvalProviders,
    ...limitProviders,
    ...testSendProviders,
    CampaignsService,
  ],
})
export class CampaignsModule {}
