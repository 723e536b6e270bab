import { Module } from '@nestjs/common';
import { ConnectionFeedResolver } from './api/connection-feed.resolver';
import { GuardResolver } from './api/guard.resolver';
import { ListController } from './api/list.controller';
import { ProofController } from './api/proof.controller';
import { SuppressionResolver } from './api/suppression.resolver';
import { SyncResolver } from './api/sync.resolver';
import { ValuesController } from './api/values.controller';
import { SuppressionModule } from './suppression.module';

/** Suppression as the api host serves it. */
@Module({
  imports: [SuppressionModule],
  controllers: [ListController, ProofController, ValuesController],
  providers: [SuppressionResolver, SyncResolver, GuardResolver, ConnectionFeedResolver],
})
export class SuppressionApiModule {}
