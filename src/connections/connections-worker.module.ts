import { Module } from '@nestjs/common';
import { ConnectionsModule } from './connections.module';
import { ForgetTokenHandler } from './jobs/forget-token.handler';

/** Connections as the worker host runs them. */
@Module({ imports: [ConnectionsModule], providers: [ForgetTokenHandler] })
export class ConnectionsWorkerModule {}
