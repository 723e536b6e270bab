import { parseConfig } from '@libs/platform';
import { ProjectsModule } from '@modules/projects';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessCheck } from './access-check';
import { ConnectionsConfig } from './connections.config';
import { ConnectionsService } from './connections.service';
import { DeletionConsequences } from './deletion-consequences';
import { EngagementWebhooks } from './engagement-webhooks';
import { KnownAccounts } from './known-accounts';
import { ManageConnections } from './manage-connections';
import { OptimoveClients } from './optimove-clients';
import { ConnectionEntity } from './persistence/connection.entity';
import { ConnectionRepository } from './persistence/connection.repository';

/** Optimove accounts, their secrets and their call budget. */
@Module({
  imports: [ProjectsModule, TypeOrmModule.forFeature([ConnectionEntity])],
  providers: [
    ConnectionRepository,
    OptimoveClients,
    { provide: ConnectionsConfig, useFactory: () => parseConfig(ConnectionsConfig) },
    AccessCheck,
    DeletionConsequences,
    KnownAccounts,
    ConnectionsService,
    ManageConnections,
    EngagementWebhooks,
  ],
  exports: [ConnectionsService, DeletionConsequences, EngagementWebhooks, ManageConnections, ConnectionRepository],
})
export class ConnectionsModule {}
