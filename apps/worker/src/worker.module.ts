import { OutboxRelayModule, PlatformModule, QueueWorkerModule, type WorkerPart } from '@libs/platform';
import { CampaignsWorkerModule, TriggeredWorkerModule } from '@modules/campaigns';
import { ChannelsWorkerModule } from '@modules/channels';
import { ConnectionsWorkerModule } from '@modules/connections';
import { PostbacksWorkerModule } from '@modules/postbacks';
import { ProfilesWorkerModule } from '@modules/profiles';
import { SuppressionWorkerModule } from '@modules/suppression';
import { type DynamicModule, Module } from '@nestjs/common';

@Module({})
class WorkerModule {}

const rest = [
  OutboxRelayModule,
  ConnectionsWorkerModule,
  ProfilesWorkerModule,
  ChannelsWorkerModule,
  SuppressionWorkerModule,
  CampaignsWorkerModule,
  PostbacksWorkerModule,
];

/** The worker host that takes this part of the work: queues and clocks. No route is served here. */
export function workerModule(part: WorkerPart): DynamicModule {
  const triggered = part === 'rest' ? [] : [TriggeredWorkerModule];
  return {
    module: WorkerModule,
    imports: [PlatformModule, QueueWorkerModule, ...triggered, ...(part === 'triggered' ? [] : rest)],
  };
}
