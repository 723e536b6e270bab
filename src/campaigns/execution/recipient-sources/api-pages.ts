import type { OptimoveClient } from '@libs/optimove-client';
import type { Tx } from '@libs/platform';
import type { ConnectionView } from '@modules/connections';
import type { LearnFromLists } from '@modules/suppression';
import type { OptimoveExecutionRow } from '../../persistence/ledger/execution.repository';
import type { RecipientSource, SourcePage } from './recipient-source';

/**
 * The pages of Optimove's API; goes on after the last page that was kept. Suppression attributes are asked for along the
 * way: each list is news of those whom it names.
 */
export class ApiPages implements RecipientSource {
  private attributes: string[] = [];
  private dataDate: string | null = null;

  constructor(
    private readonly client: OptimoveClient,
    private readonly execution: OptimoveExecutionRow,
    private readonly connection: ConnectionView,
    /** Where to go on, and as of which day what comes counts. */
    private readonly begin: () => Promise<{ fromSkip: number; dataDate: string | null }>,
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
    const { fromSkip, dataDate } = await this.begin();
    this.dataDate = dataDate;
    yield* this.client.recipientPages({
      campaignId: this.execution.optimove_campaign_id,
      channelId: this.execution.optimove_channel_id,
      attributes,
      pageSize: this.connection.pageSize,
      fromSkip,
      stopAtShortPage: this.connection.trustsShortPage,
    });
  }

  /** A kept page says itself where to go on. */
  kept(tx: Tx, { rows }: SourcePage): Promise<void> {
    const { connection, dataDate, attributes } = this;
    return this.suppression.learn(tx, { connection, dataDate, attributes, rows });
  }

  async frozen(): Promise<void> {}
}
