import { AppError } from '@libs/foundation';
import { OptimoveUnauthorizedError } from '@libs/optimove-client';
import { isRetryable, Log, Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { ChannelAppRepository } from '../persistence/authoring/channel-app.repository';
import {
  type PublicationFault,
  PublicationRepository,
  type PublicationTicket,
} from '../persistence/authoring/publication.repository';
import type { TemplatePublicationEntity } from '../persistence/authoring/template-publication.entity';
import { DropApps } from './drop-apps';
import { type Teller, tellOptimove, UnlistedTemplateError } from './tell-optimove';

const maxErrorLength = 500;
const mostAtOnce = 100;

/** Tells Optimove about templates and records what came of it, so that errors stay visible on the campaign. */
@Injectable()
export class PublishTemplate {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly publications: PublicationRepository,
    private readonly apps: ChannelAppRepository,
    private readonly unused: DropApps,
    private readonly log: Log,
  ) {}

  /**
   * Takes along what else waits to be told of the same channel, up to 100. Does nothing when the wish was done or
   * replaced meanwhile. A fault that a retry cannot mend is recorded as FAILED; where Optimove refuses the token, the wishes
   * stay open and rest.
   * Then apps of the channel that are left without a template go; a fault in that changes nothing of the publications.
   * @throws what a later try may mend; the publication stays open and shows the reason.
   */
  async run(ticket: PublicationTicket): Promise<void> {
    const first = await this.publications.findOpen(this.transactions.pool, ticket);
    if (!first) return;
    const batch = await this.publications.openBeside(this.transactions.pool, first, mostAtOnce - 1);
    await this.tell([first, ...batch]);
    await this.unused.ofChannel(first);
  }

  /** What is refused together is told one by one, so that one bad template keeps no other away. */
  private async tell(batch: TemplatePublicationEntity[]): Promise<void> {
    const [first] = batch;
    if (!first) return;
    try {
      await this.settle(first, { batch, unlisted: await this.ask(first, batch) });
    } catch (error) {
      if (error instanceof UnlistedTemplateError) throw error;
      if (error instanceof OptimoveUnauthorizedError && error.status === 401) return this.rest(batch, error);
      if (isRetryable(error) || batch.length === 1) return this.fail(batch, error);
      for (const publication of batch) await this.tell([publication]);
    }
  }

  private async ask(first: TemplatePublicationEntity, batch: TemplatePublicationEntity[]): Promise<unknown[]> {
    const client = await this.connections.clientFor(first.connectionId);
    const { pool } = this.transactions;
    const teller: Teller = {
      client,
      noteApps: (appIds) => this.apps.note(pool, first, appIds),
    };
    return tellOptimove(teller, batch);
  }

  private async settle(
    { state: wish }: TemplatePublicationEntity,
    { batch, unlisted }: { batch: TemplatePublicationEntity[]; unlisted: unknown[] },
  ): Promise<void> {
    const state = wish === 'WITHDRAWING' ? 'WITHDRAWN' : 'PUBLISHED';
    for (const publication of batch.filter((each) => !unlisted.includes(each))) {
      await this.record(publication, { state, errorCode: null, lastError: null });
    }
    const left = batch.filter((each) => unlisted.includes(each));
    if (left.length > 0) await this.fail(left, new UnlistedTemplateError(wish));
  }

  private async fail(batch: TemplatePublicationEntity[], error: unknown): Promise<void> {
    for (const publication of batch) {
      this.log.failure('template.publication-failed', error, { publicationId: publication.id });
      const state = isRetryable(error) ? publication.state : 'FAILED';
      await this.record(publication, { state, ...shownOf(error) });
    }
    if (isRetryable(error)) throw error;
  }

  /** No other try is refused for the same token: what is queued for these wishes by now does nothing. */
  private async rest(batch: TemplatePublicationEntity[], error: OptimoveUnauthorizedError): Promise<void> {
    for (const { id: publicationId, revision } of batch) {
      this.log.failure('template.publication-failed', error, { publicationId });
      await this.publications.rest(this.transactions.pool, { publicationId, revision }, shownOf(error));
    }
  }

  private async record(
    { id: publicationId, revision }: TemplatePublicationEntity,
    outcome: Parameters<PublicationRepository['record']>[2],
  ): Promise<void> {
    await this.publications.record(this.transactions.pool, { publicationId, revision }, outcome);
  }
}

/** What people read of a fault. */
function shownOf(error: unknown): PublicationFault {
  if (!(error instanceof AppError)) {
    return { errorCode: 'INTERNAL', lastError: 'An internal fault; the log has its details' };
  }
  return { errorCode: error.code, lastError: error.message.slice(0, maxErrorLength) };
}
