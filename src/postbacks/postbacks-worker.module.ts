import { Module } from '@nestjs/common';
import { PostbackClocks } from './jobs/postback.clocks';
import { EndEngagementHandler } from './jobs/postback.handlers';
import { PostbackMetrics } from './jobs/postback.metrics';
import { SubscriptionClock } from './jobs/subscription.clock';
import { PostbacksModule } from './postbacks.module';

/** Postbacks as the worker host runs them. */
@Module({
  imports: [PostbacksModule],
  providers: [PostbackClocks, PostbackMetrics, SubscriptionClock, EndEngagementHandler],
})
export class PostbacksWorkerModule {}
