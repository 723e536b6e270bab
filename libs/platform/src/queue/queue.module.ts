import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ClocksModule } from '../clocks/clocks.module';
import { PlatformConfig } from '../config/platform.config';
import { OutboxRelay } from '../outbox/outbox-relay';
import { queueConnection } from './backend';
import { HandlerCheck } from './handler-check';
import { QueueMetrics } from './queue-metrics';

/** The worker's side of the queues: connections of the processors and the boot check. */
@Module({
  imports: [
    DiscoveryModule,
    ClocksModule,
    BullModule.forRootAsync({
      inject: [PlatformConfig],
      useFactory: (config: PlatformConfig) => ({ connection: queueConnection(config) }),
    }),
    // Without queues of its own: it is this call that brings the registrar, which starts the processors.
    BullModule.registerQueue(),
  ],
  providers: [HandlerCheck, QueueMetrics],
})
export class QueueWorkerModule {}

/** Brings what is committed to the queues. */
@Module({ providers: [OutboxRelay] })
export class OutboxRelayModule {}
