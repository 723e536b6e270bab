import { systemClock, toError } from '@libs/foundation';
import type { RecipientPage } from '@libs/optimove-client';
import { Log, Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { RehearsalCounter, type RehearsalSums, type Rehearsed } from '../domain/execution/rehearsal';
import { stagePage } from '../execution/stage-page';
import type { OpenRecipient } from '../persistence/ledger/chunk.repository';
import { DryRunRepository, type DryRunRow } from './dry-run.repository';
import { RehearsalContexts } from './rehearsal-contexts';
import { type RehearsalContext, Rehearse } from './rehearse';

const peopleAtOnce = 500;
const mostNamed = 10_000;

function isNotable({ state, numberProblem, missingFields }: Rehearsed): boolean {
  return state !== 'SENT' || numberProblem !== null || missingFields.length > 0;
}

/** Rehearses a whole list of Optimove, page by page: read, match, render, gate. Nothing is kept but the sums. */
@Injectable()
export class RunDryRun {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly dryRuns: DryRunRepository,
    private readonly contexts: RehearsalContexts,
    private readonly rehearse: Rehearse,
    private readonly tasks: Tasks,
    private readonly log: Log,
  ) {}

  /** Works once; whatever goes wrong ends the task with the reason, and a new one can be started. */
  async run(id: string): Promise<void> {
    const dryRun = await this.dryRuns.open(this.transactions.pool, id);
    if (!dryRun) return;
    try {
      await this.end(dryRun, await this.rehearseAll(dryRun));
    } catch (error) {
      this.log.failure('dry-run.failed', error, { dryRunId: id });
      await this.end(dryRun, null, toError(error).message);
    }
  }

  private async rehearseAll(dryRun: DryRunRow): Promise<RehearsalSums> {
    await this.transactions.run(async (tx) => {
      await this.dryRuns.forget(tx, dryRun.id);
      await this.tasks.restart(tx, dryRun.taskId);
    });
    const { optimoveCampaignId: campaignId, optimoveChannelId: channelId, smsPartPrice } = dryRun.request;
    const connection = await this.connections.get(dryRun.projectId, dryRun.connectionId);
    const client = await this.connections.clientFor(connection.id);
    const details = await client.getExecutedCampaignChannelDetails({ campaignId, channelId });
    const templateIds = [...new Set(details.map(({ templateId }) => templateId))];
    const context = await this.contexts.open({ id: dryRun.id, connection, optimoveChannelId: channelId, templateIds });
    const counter = new RehearsalCounter();
    const { attributes } = context.execution;
    const query = { campaignId, channelId, attributes, pageSize: connection.pageSize, fromSkip: 0 };
    for await (const page of client.recipientPages({ ...query, stopAtShortPage: connection.trustsShortPage })) {
      await this.addPage(dryRun, { context, counter, page });
    }
    return counter.sums(smsPartPrice);
  }

  private async addPage(
    { id, taskId }: DryRunRow,
    { context, counter, page }: { context: RehearsalContext; counter: RehearsalCounter; page: RecipientPage },
  ): Promise<void> {
    const { rows, rejects } = stagePage(page);
    const keys = rows.map(
      ({ customerId, templateId, scheduledTime }) => `${customerId}\n${templateId}\n${scheduledTime}`,
    );
    const first = await this.dryRuns.firstSeen(this.transactions.pool, id, keys);
    const unique = rows.filter((_, position) => first.has(position));
    const people = unique.flatMap((row, seq) =>
      row.isControl ? [] : [{ seq, ...row, profileId: null, dueAt: systemClock.now() }],
    );
    counter.addDropped('MALFORMED', rejects.length);
    counter.addDropped('DUPLICATE', rows.length - unique.length);
    counter.addDropped('CONTROL_GROUP', unique.length - people.length);
    for (let from = 0; from < people.length; from += peopleAtOnce) {
      const group = people.slice(from, from + peopleAtOnce);
      const rehearsed = await this.rehearse.people(context, group);
      await this.name(taskId, counter, { group, rehearsed });
      for (const person of rehearsed) counter.add(person);
    }
    const progress = { processed: page.received, succeeded: page.received - rejects.length, failed: rejects.length };
    await this.tasks.progress(this.transactions.pool, taskId, progress);
  }

  /** Keeps who is to be looked at, up to a limit. */
  private async name(
    taskId: string,
    counter: RehearsalCounter,
    { group, rehearsed }: { group: OpenRecipient[]; rehearsed: Rehearsed[] },
  ): Promise<void> {
    const bySeq = new Map(group.map((recipient) => [recipient.seq, recipient]));
    const notable = rehearsed.filter(isNotable).slice(0, Math.max(0, mostNamed - counter.named));
    counter.named += notable.length;
    await this.tasks.addErrors(
      this.transactions.pool,
      taskId,
      notable.map(({ seq, state, reason, numberProblem, missingFields }) => {
        const { customerId, templateId: optimoveTemplateId } = bySeq.get(seq) ?? { customerId: '', templateId: '' };
        const why = [
          reason,
          numberProblem,
          missingFields.length > 0 ? `No value for ${missingFields.join(', ')}` : null,
        ];
        return {
          row: { customerId, optimoveTemplateId, endState: state, missingFields },
          reason: [...new Set(why)].filter((part) => part !== null).join('; ') || state,
        };
      }),
    );
  }

  private async end({ id, taskId }: DryRunRow, sums: RehearsalSums | null, problem?: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.dryRuns.finish(tx, id, sums);
      await this.tasks.finish(tx, taskId, sums ? 'SUCCEEDED' : 'FAILED', problem);
    });
  }
}
