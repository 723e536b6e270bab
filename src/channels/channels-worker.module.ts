import { Module } from '@nestjs/common';
import { ChannelsModule } from './channels.module';

/** Channels as the worker host runs them. */
@Module({ imports: [ChannelsModule], providers: [] })
export class ChannelsWorkerModule {}
