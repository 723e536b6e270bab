import type { EngagementAnnouncement, EngagementMetadata, OptimoveStorage } from '@libs/optimove-client';
import type { Tx } from '@libs/platform';
import { isRetryable } from '@libs/platform';
import { FencedError } from '../../domain/execution/errors';
import type { EngagementFilesRepository } from '../../persistence/ledger/engagement-files.repository';
import type { OptimoveExecutionRow } from '../../persistence/ledger/execution.repository';
import { assertAnnounced, assertWhole } from './engagement-checks';
import type { Columns, InLease, RecipientSource, SourcePage } from './recipient-source';

const pageSize = 5_000;

/** What reading files stands on. */
export interface CustomerFilesOptions {
  storage: OptimoveStorage;
  engagements: EngagementFilesRepository;
  pool: Tx;
  execution: OptimoveExecutionRow;
  announcement: EngagementAnnouncement;
  inLease: InLease;
}

/**
 * The files of an engagement; goes on after the last file that was read to its end. The list is whole when it has as
 * many files and rows as the metadata says. What ends otherwise leaves nothing behind, so that a new try starts anew.
 */
export class CustomerFiles implements RecipientSource {
  private metadata: EngagementMetadata | null = null;

  constructor(private readonly options: CustomerFilesOptions) {}

  async templateIds(): Promise<string[]> {
    const { templateId } = await this.readMetadata();
    return [templateId];
  }

  /** A file holds the attributes that were chosen for its channel, and one that is missing says nothing of anybody. */
  async furtherAttributes(): Promise<string[]> {
    return [];
  }

  async *pages(columns: Columns): AsyncGenerator<SourcePage> {
    try {
      yield* this.rest(columns);
    } catch (error) {
      if (!(error instanceof FencedError) && !isRetryable(error)) await this.discard(0);
      throw error;
    }
  }

  forget(tx: Tx): Promise<void> {
    return this.options.engagements.discard(tx, this.options.execution, 0);
  }

  async kept(tx: Tx, { nextSkip: nextRow, endsFile }: SourcePage): Promise<void> {
    if (endsFile) await this.options.engagements.completeFile(tx, this.options.execution, { ...endsFile, nextRow });
  }

  async frozen(tx: Tx): Promise<void> {
    await this.options.engagements.forgetKey(tx, this.options.execution.id);
  }

  private async *rest({ names: attributes, onUnknown: onMissing }: Columns): AsyncGenerator<SourcePage> {
    const { storage, engagements, pool, execution, announcement } = this.options;
    const metadata = this.metadata ?? (await this.readMetadata());
    const after = await engagements.progress(pool, execution);
    await this.discard(after.rows);
    let { rows } = after;
    const onAgain = (fromRow: number): Promise<void> => this.discard(fromRow);
    const query = { announcement, metadata, attributes, pageSize, after, onAgain, onMissing };
    for await (const page of storage.customerPages(query)) {
      yield page;
      rows = page.nextSkip;
    }
    assertWhole(announcement, metadata, rows);
  }

  private async readMetadata(): Promise<EngagementMetadata> {
    const { storage, engagements, execution, announcement, inLease } = this.options;
    const metadata = await storage.readMetadata(announcement);
    assertAnnounced(metadata, {
      engagementId: announcement.engagementId,
      optimoveCampaignId: execution.optimove_campaign_id,
      optimoveChannelId: execution.optimove_channel_id,
    });
    await inLease(async (tx) => {
      const isSame = await engagements.keepMetadata(tx, execution.id, metadata);
      if (!isSame) await engagements.discard(tx, execution, 0);
    });
    this.metadata = metadata;
    return metadata;
  }

  private discard(fromRow: number): Promise<void> {
    const { engagements, execution, inLease } = this.options;
    return inLease((tx) => engagements.discard(tx, execution, fromRow));
  }
}
