import { ConnectionsModule } from '@modules/connections';
import { Module } from '@nestjs/common';
import { ExecutionResolver } from './api/execution.resolver';
import { FunnelLoader } from './api/funnel.loader';
import { OptimoveCallbackController } from './api/optimove-callback.controller';
import { RecipientsExportController } from './api/recipients-export.controller';
import { StopResolver } from './api/stop.resolver';
import { TraceResolver } from './api/trace.resolver';
import { authoringApiProviders } from './authoring';
import { CampaignsModule } from './campaigns.module';

/** Campaigns as the api host serves them. */
@Module({
  imports: [CampaignsModule, ConnectionsModule],
  controllers: [OptimoveCallbackController, RecipientsExportController],
  providers: [ExecutionResolver, StopResolver, TraceResolver, FunnelLoader, ...authoringApiProviders],
})
export class CampaignsApiModule {}
