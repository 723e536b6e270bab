import { Module } from '@nestjs/common';
import { ConnectionsModule } from './connections.module';
import { ConnectionsMetrics } from './jobs/connections.metrics';
import { ForgetTokenHandler } from './jobs/forget-token.handler';

/** Connections as the worker host runs them. */
@Module({ imports: [ConnectionsModule], providers: [ForgetTokenHandler, ConnectionsMetrics] })
export class ConnectionsWorkerModule {}
