import { Module } from '@nestjs/common';
import { authoringWorkerProviders } from './authoring';
import { CampaignsModule } from './campaigns.module';
import { directWorkerProviders } from './direct';
import { ApplyReceiptsHandler } from './jobs/apply-receipts.handler';
import { EngagementMetrics, SendingMetrics, TriggeredMetrics } from './jobs/campaigns.metrics';
import { CancelOfConnectionHandler } from './jobs/cancel-of-connection.handler';
import { DrainTriggeredHandler } from './jobs/drain-triggered.handler';
import { ExecutionClocks } from './jobs/execution.clocks';
import { GivingWayListener } from './jobs/giving-way.listener';
import { GoOnOverConnectionHandler } from './jobs/go-on-over-connection.handler';
import { JournalClock } from './jobs/journal.clock';
import { ReadOnOverConnectionHandler } from './jobs/read-on-over-connection.handler';
import { ReadRecipientsHandler } from './jobs/read-recipients.handler';
import { SendChunkHandler } from './jobs/send-chunk.handler';
import { SendTriggeredHandler } from './jobs/send-triggered.handler';
import { SumsClock } from './jobs/sums.clock';
import { SweepClock } from './jobs/sweep.clock';
import { TriggeredLane } from './jobs/triggered.lane';
import { limitWorkerProviders } from './limits';
import { rehearsalWorkerProviders } from './rehearsal';
import { EngagementClock } from './tracking/engagement.clock';

/** Campaigns as the worker host runs them, without what {@link TriggeredWorkerModule} does. */
@Module({
  imports: [CampaignsModule],
  providers: [
    ReadRecipientsHandler,
    SendChunkHandler,
    CancelOfConnectionHandler,
    GoOnOverConnectionHandler,
    ReadOnOverConnectionHandler,
    ApplyReceiptsHandler,
    ExecutionClocks,
    SweepClock,
    JournalClock,
    SumsClock,
    GivingWayListener,
    EngagementClock,
    EngagementMetrics,
    SendingMetrics,
    ...authoringWorkerProviders,
    ...rehearsalWorkerProviders,
    ...directWorkerProviders,
    ...limitWorkerProviders,
  ],
})
export class CampaignsWorkerModule {}

/** The short way of triggered messages, for a process of its own or beside the rest. */
@Module({
  imports: [CampaignsModule],
  providers: [SendTriggeredHandler, DrainTriggeredHandler, TriggeredLane, TriggeredMetrics],
})
export class TriggeredWorkerModule {}
