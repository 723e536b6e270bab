import type { OptimoveClient } from '@libs/optimove-client';
import type { Tx } from '@libs/platform';
import type { ConnectionView } from '@modules/connections';
import type { LearnFromLists } from '@modules/suppression';
import type { AudienceRepository } from '../../persistence/ledger/audience.repository';
import type { OptimoveExecutionRow } from '../../persistence/ledger/execution.repository';
import type { RecipientSource, SourcePage } from './recipient-source';

/**
 * The pages of Optimove's API; goes on after the last page that was kept. Suppression attributes are asked for along the
 * way: each list is news of those whom it names.
 */
export class ApiPages implements RecipientSource {
  private attributes: string[] = [];

  constructor(
    private readonly client: OptimoveClient,
    private readonly execution: OptimoveExecutionRow,
    private readonly connection: ConnectionView,
    private readonly nextSkip: () => ReturnType<AudienceRepository['nextSkip']>,
    private readonly suppression: LearnFromLists,
  ) {}

  async templateIds(): Promise<string[]> {
    const details = await this.client.getExecutedCampaignChannelDetails({
      campaignId: this.execution.optimove_campaign_id,
      channelId: this.execution.optimove_channel_id,
    });
    return [...new Set(details.map(({ templateId }) => templateId))];
  }

  furtherAttributes(tx: Tx): Promise<string[]> {
    return this.suppression.wanted(tx, this.connection);
  }

  async *pages(attributes: string[]): AsyncGenerator<SourcePage> {
    this.attributes = attributes;
    yield* this.client.recipientPages({
      campaignId: this.execution.optimove_campaign_id,
      channelId: this.execution.optimove_channel_id,
      attributes,
      pageSize: this.connection.pageSize,
      fromSkip: await this.nextSkip(),
      stopAtShortPage: this.connection.trustsShortPage,
    });
  }

  /** A kept page says itself where to go on. */
  kept(tx: Tx, { rows }: SourcePage): Promise<void> {
    return this.suppression.learn(tx, { connection: this.connection, attributes: this.attributes, rows });
  }

  async frozen(): Promise<void> {}
}
