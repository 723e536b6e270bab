import { CampaignsModule } from '@modules/campaigns';
import { ConnectionsModule } from '@modules/connections';
import { ProjectsModule } from '@modules/projects';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CollectTotals } from './collect-totals';
import { MetricTotalEntity } from './persistence/metric-total.entity';
import { MetricTotalRepository } from './persistence/metric-total.repository';
import { PostbackWorkRepository } from './persistence/postback-work.repository';
import { SettledTotalRepository } from './persistence/settled-total.repository';
import { PostMetrics } from './post-metrics';
import { PostbackWork } from './postback-work';
import { SettleTotals } from './settle-totals';

/** What is owed to Optimove, and posting it. */
@Module({
  imports: [ProjectsModule, ConnectionsModule, CampaignsModule, TypeOrmModule.forFeature([MetricTotalEntity])],
  providers: [
    MetricTotalRepository,
    SettledTotalRepository,
    CollectTotals,
    PostMetrics,
    SettleTotals,
    PostbackWork,
    PostbackWorkRepository,
  ],
  exports: [MetricTotalRepository, CollectTotals, PostMetrics, SettleTotals],
})
export class PostbacksModule {}
