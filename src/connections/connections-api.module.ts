import { Module } from '@nestjs/common';
import { ConnectionsResolver } from './api/connections.resolver';
import { ConnectionsModule } from './connections.module';

/** Connections as the api host serves them. */
@Module({ imports: [ConnectionsModule], providers: [ConnectionsResolver] })
export class ConnectionsApiModule {}
