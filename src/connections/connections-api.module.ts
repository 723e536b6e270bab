import { Module } from '@nestjs/common';
import { ConnectionLoader } from './api/connection.loader';
import { ConnectionsResolver } from './api/connections.resolver';
import { ConnectionsModule } from './connections.module';

/** Connections as the api host serves them. */
@Module({
  imports: [ConnectionsModule],
  providers: [ConnectionsResolver, ConnectionLoader],
  exports: [ConnectionLoader],
})
export class ConnectionsApiModule {}
