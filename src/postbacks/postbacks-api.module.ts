import { ConnectionsModule } from '@modules/connections';
import { ProjectsModule } from '@modules/projects';
import { Module } from '@nestjs/common';
import { ConnectionPostbacksResolver } from './api/connection-postbacks.resolver';
import { EngagementResolver } from './api/engagement.resolver';
import { EngagementExportController } from './api/engagement-export.controller';
import { ExistingConnection } from './api/existing-connection';
import { PostbacksResolver } from './api/postbacks.resolver';
import { SettlePostbacksResolver } from './api/settle-postbacks.resolver';
import { SubscriptionsResolver } from './api/subscriptions.resolver';
import { TotalsExportController } from './api/totals-export.controller';
import { PostbacksModule } from './postbacks.module';

/** Postbacks as the api host serves them. */
@Module({
  imports: [PostbacksModule, ConnectionsModule, ProjectsModule],
  controllers: [EngagementExportController, TotalsExportController],
  providers: [
    ExistingConnection,
    PostbacksResolver,
    SettlePostbacksResolver,
    SubscriptionsResolver,
    EngagementResolver,
    ConnectionPostbacksResolver,
  ],
})
export class PostbacksApiModule {}
