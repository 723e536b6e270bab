import { AppError } from '@libs/foundation';
import type { EngagementAnnouncement, EngagementMetadata, OptimoveStorage, RecipientPage } from '@libs/optimove-client';
import { Transactions } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { assertAnnounced, assertWhole } from '../execution/recipient-sources/engagement-checks';
import type { Columns } from '../execution/recipient-sources/recipient-source';
import { tolerantPages } from '../execution/recipient-sources/tolerant-pages';
import { EngagementFilesRepository } from '../persistence/ledger/engagement-files.repository';
import type { ListDryRun } from './dry-run.repository';

const rowsOfFiles = 5_000;

/** A list as Optimove has it now; reading it leaves nothing behind. */
export interface ReadableList {
  templateIds: string[];
  pages(columns: Columns): AsyncGenerator<RecipientPage>;
}

/** The list cannot be read, or not to its end. */
class ListNotReadError extends AppError {
  readonly code = 'LIST_NOT_READ';
  readonly retryable = false;
}

/** Opens lists for rehearsals: those of the API and those in files. */
@Injectable()
export class ReadableLists {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly engagements: EngagementFilesRepository,
  ) {}

  /** @throws {OptimoveError} */
  open({ projectId, request }: ListDryRun, connection: ConnectionView): Promise<ReadableList> {
    const { executionId } = request;
    return executionId === undefined
      ? this.ofApi(request, connection)
      : this.inFiles(projectId, { ...request, executionId });
  }

  private async ofApi(
    { optimoveCampaignId: campaignId, optimoveChannelId: channelId }: ListDryRun['request'],
    { id, pageSize, trustsShortPage: stopAtShortPage }: ConnectionView,
  ): Promise<ReadableList> {
    const client = await this.connections.clientFor(id);
    const details = await client.getExecutedCampaignChannelDetails({ campaignId, channelId });
    const list = { campaignId, channelId, pageSize, fromSkip: 0, stopAtShortPage };
    return {
      templateIds: [...new Set(details.map(({ templateId }) => templateId))],
      pages: (columns) => tolerantPages(client, list, columns),
    };
  }

  private async inFiles(
    projectId: string,
    { executionId, ...subject }: ListDryRun['request'] & { executionId: string },
  ): Promise<ReadableList> {
    const announcement = await this.engagements.ofExecution(this.transactions.pool, projectId, executionId);
    if (!announcement) throw new ListNotReadError('Where its files are is known no more');
    const storage = this.connections.storage();
    const metadata = await storage.readMetadata(announcement);
    assertAnnounced(metadata, { ...announcement, ...subject });
    return {
      templateIds: [metadata.templateId],
      pages: (columns) => filePages(storage, { announcement, metadata }, columns),
    };
  }
}

async function* filePages(
  storage: OptimoveStorage,
  { announcement, metadata }: { announcement: EngagementAnnouncement; metadata: EngagementMetadata },
  { names: attributes, onUnknown: onMissing }: Columns,
): AsyncGenerator<RecipientPage> {
  const onAgain = async (): Promise<void> => {
    throw new ListNotReadError('A file arrived damaged after part of it was counted; begin the rehearsal again');
  };
  const after = { files: 0, rows: 0 };
  const query = { announcement, metadata, attributes, pageSize: rowsOfFiles, after, onAgain, onMissing };
  let rows = 0;
  for await (const page of storage.customerPages(query)) {
    yield page;
    rows = page.nextSkip;
  }
  assertWhole(announcement, metadata, rows);
}
