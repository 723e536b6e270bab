import type { OptimoveClient } from '@libs/optimove-client';
import type { Tx } from '@libs/platform';
import type { ConnectionView } from '@modules/connections';
import type { LearnFromLists, ListPage } from '@modules/suppression';
import type { AudienceRepository } from '../../persistence/ledger/audience.repository';
import type { OptimoveExecutionRow } from '../../persistence/ledger/execution.repository';
import type { Columns, RecipientSource, SourcePage } from './recipient-source';
import { tolerantPages } from './tolerant-pages';

type Asked = Pick<ListPage, 'dataDate' | 'askedAt'>;

/**
 * The pages of Optimove's API; goes on after the last page that was kept. Suppression attributes are asked for along the
 * way: each list is news of those whom it names.
 */
export class ApiPages implements RecipientSource {
  private attributes: string[] = [];
  /** What Optimove does not know or release any more: nothing was told of it. */
  private readonly untold = new Set<string>();
  private asked: Asked = { dataDate: null, askedAt: new Date(0) };

  constructor(
    private readonly client: OptimoveClient,
    private readonly execution: OptimoveExecutionRow,
    private readonly connection: ConnectionView,
    /** Where to go on, and as of which day what comes counts. */
    private readonly begin: () => Promise<{ fromSkip: number; asked: Asked }>,
    private readonly suppression: LearnFromLists,
    private readonly audience: AudienceRepository,
  ) {}

  async templateIds(): Promise<string[]> {
    const details = await this.client.getExecutedCampaignChannelDetails({
      campaignId: this.execution.optimove_campaign_id,
      channelId: this.execution.optimove_channel_id,
    });
    return [...new Set(details.map(({ templateId }) => templateId))];
  }

  async furtherAttributes(tx: Tx, needed: string[]): Promise<string[]> {
    const wanted = await this.suppression.wanted(tx, this.connection);
    return wanted.filter((name) => !needed.includes(name));
  }

  /** A list is not given up for an attribute that Optimove does not know, or has ceased to release. */
  async *pages({ names, onUnknown }: Columns): AsyncGenerator<SourcePage> {
    this.attributes = names;
    const { fromSkip, asked } = await this.begin();
    this.asked = asked;
    const list = {
      campaignId: this.execution.optimove_campaign_id,
      channelId: this.execution.optimove_channel_id,
      pageSize: this.connection.pageSize,
      fromSkip,
      stopAtShortPage: this.connection.trustsShortPage,
    };
    const note = async (unknown: string[]): Promise<void> => {
      for (const name of unknown) this.untold.add(name);
      await onUnknown(unknown);
    };
    yield* tolerantPages(this.client, list, { names, onUnknown: note });
  }

  forget(tx: Tx): Promise<void> {
    return this.audience.forgetPages(tx, this.execution);
  }

  /** A kept page says itself where to go on. */
  kept(tx: Tx, { rows }: SourcePage): Promise<void> {
    const { connection, asked, attributes, untold } = this;
    return this.suppression.learn(tx, { connection, ...asked, attributes, untold, rows });
  }

  async frozen(): Promise<void> {}
}
