import { AppError } from '@libs/foundation';
import type { OptimoveClient } from '@libs/optimove-client';
import { isRetryable, Log, Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import {
  type PublicationOutcome,
  PublicationRepository,
  type PublicationTicket,
} from '../persistence/authoring/publication.repository';
import type { TemplatePublicationEntity } from '../persistence/authoring/template-publication.entity';

const maxErrorLength = 500;

/** Tells Optimove about one template and records what came of it, so that errors stay visible on the campaign. */
@Injectable()
export class PublishTemplate {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly publications: PublicationRepository,
    private readonly log: Log,
  ) {}

  /**
   * Does nothing when the wish was done or replaced meanwhile. A fault that a retry cannot mend is recorded as FAILED.
   * @throws what a later try may mend; the publication stays open and shows the reason.
   */
  async run(ticket: PublicationTicket): Promise<void> {
    const publication = await this.publications.findOpen(this.transactions.pool, ticket);
    if (!publication) return;
    const isWithdrawal = publication.state === 'WITHDRAWING';
    try {
      const client = await this.connections.clientFor(publication.connectionId);
      await (isWithdrawal ? withdraw(client, publication) : publish(client, publication));
      await this.record(ticket, { state: isWithdrawal ? 'WITHDRAWN' : 'PUBLISHED', errorCode: null, lastError: null });
    } catch (error) {
      await this.recordFailure(ticket, publication, error);
      if (isRetryable(error)) throw error;
    }
  }

  private async recordFailure(
    ticket: PublicationTicket,
    publication: TemplatePublicationEntity,
    error: unknown,
  ): Promise<void> {
    this.log.failure('template.publication-failed', error, { publicationId: publication.id });
    const isKnown = error instanceof AppError;
    await this.record(ticket, {
      state: isRetryable(error) ? publication.state : 'FAILED',
      errorCode: isKnown ? error.code : 'INTERNAL',
      lastError: isKnown ? error.message.slice(0, maxErrorLength) : 'An internal fault; the log has its details',
    });
  }

  private async record(ticket: PublicationTicket, outcome: PublicationOutcome): Promise<void> {
    await this.publications.record(this.transactions.pool, ticket, outcome);
  }
}

async function publish(client: OptimoveClient, publication: TemplatePublicationEntity): Promise<void> {
  const { optimoveChannelId: channelId, templateName: name } = publication;
  const template = { templateId: String(publication.optimoveTemplateId), name };
  await client.addChannelTemplates(channelId, [template]);
  if (!publication.publishedAt) return;
  // That adding a known template renames it is expected of Optimove, but nowhere promised.
  const known = await client.getChannelTemplates(channelId);
  if (known.some((each) => each.templateId === template.templateId && each.name === name)) return;
  await withdraw(client, publication);
  await client.addChannelTemplates(channelId, [template]);
}

async function withdraw(client: OptimoveClient, publication: TemplatePublicationEntity): Promise<void> {
  const { optimoveChannelId: channelId, optimoveTemplateId } = publication;
  await client.deleteChannelTemplates([{ channelId, templateId: String(optimoveTemplateId) }]);
}
