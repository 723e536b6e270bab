import { systemClock } from '@libs/foundation';
import type { RecipientPage } from '@libs/optimove-client';
import { Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { MatchingService } from '@modules/matching';
import { Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { RehearsalCounter, type RehearsalSums } from '../domain/execution/rehearsal';
import { refuseWithout } from '../domain/execution/required-attributes';
import { stagePage } from '../execution/stage-page';
import { DryRunRepository, type ListDryRun } from './dry-run.repository';
import { ReadableLists } from './readable-lists';
import { RehearsalContexts } from './rehearsal-contexts';
import { type Rehearsal, RehearsePeople } from './rehearse-people';

/** Rehearses a whole list of Optimove, page by page: read, match, render, gate. */
@Injectable()
export class RehearseList {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly dryRuns: DryRunRepository,
    private readonly lists: ReadableLists,
    private readonly contexts: RehearsalContexts,
    private readonly people: RehearsePeople,
    private readonly matching: MatchingService,
    private readonly tasks: Tasks,
  ) {}

  async run(dryRun: ListDryRun): Promise<RehearsalSums> {
    const { id, projectId, connectionId, taskId, request } = dryRun;
    const connection = await this.connections.get(projectId, connectionId);
    const { templateIds, pages } = await this.lists.open(dryRun, connection);
    const { optimoveChannelId, smsPartPrice } = request;
    const context = await this.contexts.open({ id, connection, optimoveChannelId, templateIds });
    const rehearsal = { taskId, context, counter: new RehearsalCounter() };
    const required = this.matching.requiredAttributes(connection);
    // The sums name them as fields without a value.
    const onUnknown = async (unknown: string[]): Promise<void> => refuseWithout(required, unknown);
    for await (const page of pages({ names: context.execution.attributes, onUnknown })) {
      await this.addPage(id, rehearsal, page);
    }
    return rehearsal.counter.sums(smsPartPrice);
  }

  private async addPage(id: string, rehearsal: Rehearsal, page: RecipientPage): Promise<void> {
    const { rows, rejects } = stagePage(page);
    const keys = rows.map(
      ({ customerId, templateId, scheduledTime }) => `${customerId}\n${templateId}\n${scheduledTime}`,
    );
    const first = await this.dryRuns.firstSeen(this.transactions.pool, id, keys);
    const unique = rows.filter((_, position) => first.has(position));
    const people = unique.flatMap((row, seq) =>
      row.isControl ? [] : [{ seq, ...row, profileId: null, dueAt: systemClock.now() }],
    );
    rehearsal.counter.addDropped('MALFORMED', rejects.length);
    rehearsal.counter.addDropped('DUPLICATE', rows.length - unique.length);
    rehearsal.counter.addDropped('CONTROL_GROUP', unique.length - people.length);
    await this.people.add(rehearsal, people);
    const progress = { processed: page.received, succeeded: page.received - rejects.length, failed: rejects.length };
    await this.tasks.progress(this.transactions.pool, rehearsal.taskId, progress);
  }
}
