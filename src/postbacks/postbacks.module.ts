import { CampaignsModule } from '@modules/campaigns';
import { ChannelsModule } from '@modules/channels';
import { ConnectionsModule } from '@modules/connections';
import { MatchingModule } from '@modules/matching';
import { ProfilesModule } from '@modules/profiles';
import { ProjectsModule } from '@modules/projects';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CollectTotals } from './collect-totals';
import { CheckEngagement } from './engagement/check-engagement';
import { CollectEngagement } from './engagement/collect-engagement';
import { EndEngagement } from './engagement/end-engagement';
import { HandOnEngagement } from './engagement/hand-on-engagement';
import { ManageEngagement } from './engagement/manage-engagement';
import { PostEngagement } from './engagement/post-engagement';
import { ShowEngagement } from './engagement/show-engagement';
import { EngagementWork } from './engagement-work';
import { EngagementBatchRepository } from './persistence/engagement-batch.repository';
import { EngagementEventRepository } from './persistence/engagement-event.repository';
import { EngagementSettingRepository } from './persistence/engagement-setting.repository';
import { EngagementTellerRepository } from './persistence/engagement-teller.repository';
import { EngagementWorkRepository } from './persistence/engagement-work.repository';
import { MetricTotalEntity } from './persistence/metric-total.entity';
import { MetricTotalRepository } from './persistence/metric-total.repository';
import { PostbackWorkRepository } from './persistence/postback-work.repository';
import { SettledTotalRepository } from './persistence/settled-total.repository';
import { SubscriptionPostRepository } from './persistence/subscription-post.repository';
import { SubscriptionSettingRepository } from './persistence/subscription-setting.repository';
import { SubscriptionStatusRepository } from './persistence/subscription-status.repository';
import { SubscriptionTargetRepository } from './persistence/subscription-target.repository';
import { PostMetrics } from './post-metrics';
import { PostbackPersonalData } from './postback-personal-data';
import { PostbackWork } from './postback-work';
import { EventsRoad } from './roads/events.road';
import { InteractionsRoad } from './roads/interactions.road';
import { LastWord } from './roads/last-word';
import { MetricsRoad } from './roads/metrics.road';
import { SettleTotals } from './settle-totals';
import { ForgetNames } from './subscriptions/forget-names';
import { ManageSubscriptions } from './subscriptions/manage-subscriptions';
import { OweStatuses } from './subscriptions/owe-statuses';
import { PostStatuses } from './subscriptions/post-statuses';
import { RunSubscriptions } from './subscriptions/run-subscriptions';
import { ShowSubscriptions } from './subscriptions/show-subscriptions';
import { StopWalk } from './subscriptions/stop-walk';
import { WalkEveryone } from './subscriptions/walk-everyone';

/** What is owed to Optimove, and posting it. */
@Module({
  imports: [
    ProjectsModule,
    ConnectionsModule,
    ProfilesModule,
    ChannelsModule,
    MatchingModule,
    CampaignsModule,
    TypeOrmModule.forFeature([MetricTotalEntity]),
  ],
  providers: [
    CollectEngagement,
    PostEngagement,
    ManageEngagement,
    CheckEngagement,
    ShowEngagement,
    EndEngagement,
    HandOnEngagement,
    EngagementSettingRepository,
    EngagementTellerRepository,
    EngagementEventRepository,
    EngagementBatchRepository,
    MetricsRoad,
    InteractionsRoad,
    EventsRoad,
    LastWord,
    MetricTotalRepository,
    SettledTotalRepository,
    CollectTotals,
    PostMetrics,
    SettleTotals,
    PostbackWork,
    PostbackWorkRepository,
    EngagementWork,
    EngagementWorkRepository,
    SubscriptionSettingRepository,
    SubscriptionTargetRepository,
    SubscriptionStatusRepository,
    SubscriptionPostRepository,
    OweStatuses,
    WalkEveryone,
    StopWalk,
    ForgetNames,
    PostStatuses,
    RunSubscriptions,
    ManageSubscriptions,
    ShowSubscriptions,
    PostbackPersonalData,
  ],
  exports: [
    CollectEngagement,
    PostEngagement,
    ManageEngagement,
    CheckEngagement,
    ShowEngagement,
    EndEngagement,
    HandOnEngagement,
    EngagementEventRepository,
    EngagementBatchRepository,
    MetricTotalRepository,
    CollectTotals,
    PostMetrics,
    SettleTotals,
    SubscriptionSettingRepository,
    SubscriptionStatusRepository,
    SubscriptionPostRepository,
    RunSubscriptions,
    ManageSubscriptions,
    ShowSubscriptions,
  ],
})
export class PostbacksModule {}
