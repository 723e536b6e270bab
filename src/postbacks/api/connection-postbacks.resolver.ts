import { Transactions } from '@libs/platform';
import { ConnectionType } from '@modules/connections';
import { type Actor, CurrentActor } from '@modules/projects';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { ShowEngagement } from '../engagement/show-engagement';
import { MetricTotalRepository } from '../persistence/metric-total.repository';
import { ShowSubscriptions } from '../subscriptions/show-subscriptions';
import { EngagementPostbackType } from './engagement.type';
import { PostbackSummaryType } from './postback.type';
import { SubscriptionPostbackType } from './subscription.type';

/** What Optimove has been told, in the overview of a connection. */
@Resolver(() => ConnectionType)
export class ConnectionPostbacksResolver {
  constructor(
    private readonly transactions: Transactions,
    private readonly totals: MetricTotalRepository,
    private readonly engagement: ShowEngagement,
    private readonly subscriptions: ShowSubscriptions,
  ) {}

  @ResolveField(() => PostbackSummaryType, { description: 'How its totals stand at Optimove.' })
  postbackSummary(
    @CurrentActor() { projectId }: Actor,
    @Parent() { id }: ConnectionType,
  ): Promise<PostbackSummaryType> {
    return this.totals.summary(this.transactions.pool, projectId, id);
  }

  @ResolveField(() => EngagementPostbackType, { description: 'How it tells Optimove what each customer did.' })
  engagementPostback(
    @CurrentActor() { projectId }: Actor,
    @Parent() { id }: ConnectionType,
  ): Promise<EngagementPostbackType> {
    return this.engagement.of(projectId, id);
  }

  @ResolveField(() => SubscriptionPostbackType, { description: 'How it tells Optimove who can be contacted.' })
  subscriptionPostback(
    @CurrentActor() { projectId }: Actor,
    @Parent() { id }: ConnectionType,
  ): Promise<SubscriptionPostbackType> {
    return this.subscriptions.of(projectId, id);
  }
}
