import { Module } from '@nestjs/common';
import { PostbackClocks } from './jobs/postback.clocks';
import { SubscriptionClock } from './jobs/subscription.clock';
import { PostbacksModule } from './postbacks.module';

/** Postbacks as the worker host runs them. */
@Module({ imports: [PostbacksModule], providers: [PostbackClocks, SubscriptionClock] })
export class PostbacksWorkerModule {}
