import { ChannelsModule } from '@modules/channels';
import { ConnectionsModule } from '@modules/connections';
import { MatchingModule } from '@modules/matching';
import { ProfilesModule } from '@modules/profiles';
import { ProjectsModule } from '@modules/projects';
import { SuppressionModule } from '@modules/suppression';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { authoringEntities, authoringProviders } from './authoring';
import { CampaignsService } from './campaigns.service';
import { AcceptCallback } from './execution/accept-callback';
import { ApplyReceipts } from './execution/apply-receipts';
import { CompleteExecution } from './execution/complete-execution';
import { ExecutionContexts } from './execution/execution-context';
import { ReadRecipients } from './execution/read-recipients';
import { SendChunk } from './execution/send-chunk';
import { SendSlice } from './execution/send-slice';
import { AudienceRepository } from './persistence/ledger/audience.repository';
import { ChunkRepository } from './persistence/ledger/chunk.repository';
import { DeliveryRepository } from './persistence/ledger/delivery.repository';
import { ExecutionRepository } from './persistence/ledger/execution.repository';
import { ExecutionListRepository } from './persistence/ledger/execution-list.repository';
import { FreezeRepository } from './persistence/ledger/freeze.repository';
import { FunnelRepository } from './persistence/ledger/funnel.repository';
import { JournalRepository } from './persistence/ledger/journal.repository';

const repositories = [
  AudienceRepository,
  ChunkRepository,
  DeliveryRepository,
  ExecutionListRepository,
  ExecutionRepository,
  FreezeRepository,
  FunnelRepository,
  JournalRepository,
];
const useCases = [
  AcceptCallback,
  ApplyReceipts,
  CompleteExecution,
  ExecutionContexts,
  ReadRecipients,
  SendChunk,
  SendSlice,
];

/** Templates, executions and the ledger; the only orchestrator. */
@Module({
  imports: [
    ProjectsModule,
    ConnectionsModule,
    ProfilesModule,
    ChannelsModule,
    MatchingModule,
    SuppressionModule,
    TypeOrmModule.forFeature(authoringEntities),
  ],
  providers: [...repositories, ...useCases, ...authoringProviders, CampaignsService],
  exports: [...repositories, ...useCases, ...authoringProviders, CampaignsService],
})
export class CampaignsModule {}
