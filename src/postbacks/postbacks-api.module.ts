import { ConnectionsModule } from '@modules/connections';
import { Module } from '@nestjs/common';
import { PostbacksResolver } from './api/postbacks.resolver';
import { SettlePostbacksResolver } from './api/settle-postbacks.resolver';
import { SubscriptionsResolver } from './api/subscriptions.resolver';
import { PostbacksModule } from './postbacks.module';

/** Postbacks as the api host serves them. */
@Module({
  imports: [PostbacksModule, ConnectionsModule],
  providers: [PostbacksResolver, SettlePostbacksResolver, SubscriptionsResolver],
})
export class PostbacksApiModule {}
