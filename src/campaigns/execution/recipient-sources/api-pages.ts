import type { OptimoveClient } from '@libs/optimove-client';
import type { ConnectionView } from '@modules/connections';
import type { AudienceRepository } from '../../persistence/ledger/audience.repository';
import type { ExecutionRow } from '../../persistence/ledger/execution.repository';
import type { RecipientSource, SourcePage } from './recipient-source';

/** The pages of Optimove's API; goes on after the last page that was kept. */
export class ApiPages implements RecipientSource {
  constructor(
    private readonly client: OptimoveClient,
    private readonly execution: ExecutionRow,
    private readonly connection: ConnectionView,
    private readonly nextSkip: () => ReturnType<AudienceRepository['nextSkip']>,
  ) {}

  async templateIds(): Promise<string[]> {
    const details = await this.client.getExecutedCampaignChannelDetails({
      campaignId: this.execution.optimove_campaign_id,
      channelId: this.execution.optimove_channel_id,
    });
    return [...new Set(details.map(({ templateId }) => templateId))];
  }

  async *pages(attributes: string[]): AsyncGenerator<SourcePage> {
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
  async kept(): Promise<void> {}

  async frozen(): Promise<void> {}
}
