import { type OptimoveClient, OptimoveRejectedError, type RecipientPage } from '@libs/optimove-client';
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
  private further: string[] = [];
  /** What Optimove does not release any more: nothing was told of it. */
  private untold = new Set<string>();
  private dataDate: string | null = null;

  constructor(
    private readonly client: OptimoveClient,
    private readonly execution: OptimoveExecutionRow,
    private readonly connection: ConnectionView,
    /** Where to go on, and as of which day what comes counts. */
    private readonly begin: () => Promise<{ fromSkip: number; dataDate: string | null }>,
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
    this.further = wanted.filter((name) => !needed.includes(name));
    return this.further;
  }

  /** A list is not given up for an attribute that Optimove has ceased to release: it is read without the further ones. */
  async *pages(attributes: string[]): AsyncGenerator<SourcePage> {
    this.attributes = attributes;
    const { fromSkip, dataDate } = await this.begin();
    this.dataDate = dataDate;
    let isBegun = false;
    try {
      for await (const page of this.ask(attributes, fromSkip)) {
        isBegun = true;
        yield page;
      }
    } catch (error) {
      if (isBegun || this.further.length === 0 || !(error instanceof OptimoveRejectedError)) throw error;
      this.untold = new Set(this.further);
      const needed = attributes.filter((name) => !this.untold.has(name));
      for await (const page of this.ask(needed, fromSkip)) yield this.padded(page, needed);
    }
  }

  forget(tx: Tx): Promise<void> {
    return this.audience.forgetPages(tx, this.execution);
  }

  /** A kept page says itself where to go on. */
  kept(tx: Tx, { rows }: SourcePage): Promise<void> {
    const { connection, dataDate, attributes, untold } = this;
    return this.suppression.learn(tx, { connection, dataDate, attributes, untold, rows });
  }

  async frozen(): Promise<void> {}

  private ask(attributes: string[], fromSkip: number): AsyncGenerator<RecipientPage> {
    return this.client.recipientPages({
      campaignId: this.execution.optimove_campaign_id,
      channelId: this.execution.optimove_channel_id,
      attributes,
      pageSize: this.connection.pageSize,
      fromSkip,
      stopAtShortPage: this.connection.trustsShortPage,
    });
  }

  /** The pages of one reading are kept with the same columns. */
  private padded(page: RecipientPage, asked: string[]): RecipientPage {
    const at = this.attributes.map((name) => asked.indexOf(name));
    const rows = page.rows.map((row) => ({ ...row, attributes: at.map((index) => row.attributes[index] ?? null) }));
    return { ...page, rows };
  }
}
