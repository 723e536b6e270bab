import { Transactions } from '@libs/platform';
import { ConnectionType } from '@modules/connections';
import { type Actor, CurrentActor } from '@modules/projects';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { AttributeRepository } from '../persistence/attribute.repository';
import { FeedRepository } from '../persistence/feed.repository';
import { SuppressionConfig } from '../suppression.config';
import { SuppressionService } from '../suppression.service';
import { SuppressionFeedType } from './sync.type';

/** The suppression data in the overview of a connection. */
@Resolver(() => ConnectionType)
export class ConnectionFeedResolver {
  constructor(
    private readonly transactions: Transactions,
    private readonly feeds: FeedRepository,
    private readonly attributes: AttributeRepository,
    private readonly suppression: SuppressionService,
    private readonly config: SuppressionConfig,
  ) {}

  @ResolveField(() => SuppressionFeedType, {
    nullable: true,
    description: 'Its daily suppression data: data date, last syncs, gaps; null until an attribute was chosen.',
  })
  async suppressionFeed(
    @CurrentActor() { projectId }: Actor,
    @Parent() { id }: ConnectionType,
  ): Promise<SuppressionFeedType | null> {
    const { pool } = this.transactions;
    const feed = await this.feeds.find(pool, projectId, id);
    return feed && { ...feed, attributes: await this.attributes.ofConnection(pool, projectId, id) };
  }

  @ResolveField(() => String, {
    nullable: true,
    description:
      "Why suppressed people could be sent Optimove's campaigns over it: no exclusion rule counts here, though rules do over another connection, as after an account was connected again. Null when there is nothing to say.",
  })
  guardWarning(@CurrentActor() { projectId }: Actor, @Parent() { id }: ConnectionType): Promise<string | null> {
    return this.suppression.warningFor(this.transactions.pool, projectId, id);
  }

  @ResolveField(() => Date, {
    nullable: true,
    description: 'When Optimove is next asked for its data date; attributes are synced when it has advanced.',
  })
  async nextSyncCheckAt(@CurrentActor() { projectId }: Actor, @Parent() { id }: ConnectionType): Promise<Date | null> {
    const feed = await this.feeds.find(this.transactions.pool, projectId, id);
    if (!feed) return null;
    const due = feed.checkedAt ? feed.checkedAt.getTime() + this.config.DATA_DATE_SECONDS * 1_000 : 0;
    return new Date(Math.max(due, Date.now()));
  }
}
