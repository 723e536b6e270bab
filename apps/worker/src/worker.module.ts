import { PlatformModule, QueueWorkerModule } from '@libs/platform';
import { CampaignsWorkerModule } from '@modules/campaigns';
import { ChannelsWorkerModule } from '@modules/channels';
import { ConnectionsWorkerModule } from '@modules/connections';
import { PostbacksWorkerModule } from '@modules/postbacks';
import { ProfilesWorkerModule } from '@modules/profiles';
import { SuppressionWorkerModule } from '@modules/suppression';
import { Module } from '@nestjs/common';

/** The worker host: queues and clocks. No route is served here. */
@Module({
  imports: [
    PlatformModule,
    QueueWorkerModule,
    ConnectionsWorkerModule,
    ProfilesWorkerModule,
    ChannelsWorkerModule,
    SuppressionWorkerModule,
    CampaignsWorkerModule,
    PostbacksWorkerModule,
  ],
})
export class WorkerModule {}
