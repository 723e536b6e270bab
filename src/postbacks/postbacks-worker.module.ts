import { Module } from '@nestjs/common';
import { CollectTotalsHandler } from './jobs/collect-totals.handler';
import { PostbackClocks } from './jobs/postback.clocks';
import { PostbacksModule } from './postbacks.module';

/** Postbacks as the worker host runs them. */
@Module({ imports: [PostbacksModule], providers: [CollectTotalsHandler, PostbackClocks] })
export class PostbacksWorkerModule {}
