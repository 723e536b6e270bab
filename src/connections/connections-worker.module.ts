import { Module } from '@nestjs/common';
import { ConnectionsModule } from './connections.module';
import { ConnectionsClock } from './jobs/connections.clock';
import { ConnectionsMetrics } from './jobs/connections.metrics';
import { ForgetTokenHandler } from './jobs/forget-token.handler';

/** Connections as the worker host runs them. */
@Module({ imports: [ConnectionsModule], providers: [ForgetTokenHandler, ConnectionsClock, ConnectionsMetrics] })
export class ConnectionsWorkerModule {}
