import { AppError } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { ChannelsService } from '@modules/channels';
import { ConnectionsService } from '@modules/connections';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { type TemplateDifference, templateDrift } from '../domain/template-drift';
import { PublicationRepository } from '../persistence/authoring/publication.repository';
import { PublishNow } from './publish-now';

/** How the templates of one channel stand. */
export interface ChannelDrift {
  optimoveChannelId: number;
  /** Why Optimove's list could not be read; null when it was. */
  problem: string | null;
  differences: TemplateDifference[];
}

/** Compares our templates with those that Optimove lists, and mends what differs. */
@Injectable()
export class RepairTemplates {
  constructor(
    private readonly transactions: Transactions,
    private readonly publications: PublicationRepository,
    private readonly connections: ConnectionsService,
    private readonly channels: ChannelsService,
    private readonly publishNow: PublishNow,
    private readonly audit: AuditTrail,
  ) {}

  /** As of now; what is on its way to Optimove is left out. @throws {ConnectionNotFoundError} */
  async drift(projectId: string, connectionId: string): Promise<ChannelDrift[]> {
    await this.connections.get(projectId, connectionId);
    const ours = await this.publications.settled(this.transactions.pool, projectId, connectionId);
    const channels = await this.channels.listForConnection(projectId, connectionId);
    const ids = [...ours.keys(), ...channels.map(({ optimoveChannelId }) => optimoveChannelId)];
    const drift: ChannelDrift[] = [];
    for (const optimoveChannelId of new Set(ids)) {
      const own = ours.get(optimoveChannelId) ?? { settled: [], moving: new Set<string>() };
      try {
        const client = await this.connections.clientFor(connectionId);
        const theirs = await client.getChannelTemplates(optimoveChannelId);
        const listed = theirs.filter(({ templateId }) => !own.moving.has(templateId));
        drift.push({ optimoveChannelId, problem: null, differences: templateDrift(own.settled, listed) });
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        drift.push({ optimoveChannelId, problem: error.message, differences: [] });
      }
    }
    return drift;
  }

  /**
   * Publishes what is missing or named otherwise once more, and withdraws what is left over; what is not ours stays. Waits for
   * Optimove at most 10 seconds, then goes on in the background. @returns how the channels stand after it.
   */
  async repair(actor: Actor, connectionId: string): Promise<{ repaired: number; channels: ChannelDrift[] }> {
    const before = await this.drift(actor.projectId, connectionId);
    const ids = before.flatMap(({ differences }) => differences.flatMap(({ publicationId }) => publicationId ?? []));
    if (ids.length === 0) return { repaired: 0, channels: before };
    const tickets = await this.transactions.run(async (tx) => {
      const reopened = await this.publications.reopen(tx, actor.projectId, ids);
      await this.publishNow.schedule(tx, reopened);
      const subject = { type: 'connection', id: connectionId };
      await this.audit.record(tx, actor, { action: 'templates.repaired', subject, after: { count: reopened.length } });
      return reopened;
    });
    await this.publishNow.attempt(tickets);
    return { repaired: tickets.length, channels: await this.drift(actor.projectId, connectionId) };
  }
}
