import { Module } from '@nestjs/common';
import { ChannelsModule } from './channels.module';
import { ChannelsClocks } from './jobs/channels.clocks';
import { ChannelsMetrics } from './jobs/channels.metrics';
import { RemoveChannelsHandler } from './jobs/remove-channels.handler';
import { TakeBackAgainHandler } from './jobs/take-back-again.handler';
import { TakeOverListenersHandler } from './jobs/take-over-listeners.handler';
import { UnregisterListenersHandler } from './jobs/unregister-listeners.handler';

/** Channels as the worker host runs them. */
@Module({
  imports: [ChannelsModule],
  providers: [
    UnregisterListenersHandler,
    RemoveChannelsHandler,
    TakeOverListenersHandler,
    TakeBackAgainHandler,
    ChannelsClocks,
    ChannelsMetrics,
  ],
})
export class ChannelsWorkerModule {}
