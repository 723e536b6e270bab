import { CampaignsModule } from '@modules/campaigns';
import { ConnectionsModule } from '@modules/connections';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CollectTotals } from './collect-totals';
import { MetricTotalEntity } from './persistence/metric-total.entity';
import { MetricTotalRepository } from './persistence/metric-total.repository';
import { PostMetrics } from './post-metrics';

/** What is owed to Optimove, and posting it. */
@Module({
  imports: [ConnectionsModule, CampaignsModule, TypeOrmModule.forFeature([MetricTotalEntity])],
  providers: [MetricTotalRepository, CollectTotals, PostMetrics],
  exports: [MetricTotalRepository, CollectTotals, PostMetrics],
})
export class PostbacksModule {}
