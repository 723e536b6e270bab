import { newId, toError } from '@libs/foundation';
import { isRetryable, Log, Outbox, Transactions, type Tx } from '@libs/platform';
import { type Actor, Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { DeviceFilter } from '../domain/device-filter';
import type { SegmentRules } from '../domain/segments/rules';
import type { Scope } from '../domain/segments/statement';
import { AppEntity } from '../persistence/app.entity';
import { type RecipientCount, RecipientCountRepository } from '../persistence/recipient-count.repository';
import { SegmentPeopleRepository } from '../persistence/segment-people.repository';
import { countRecipientsJob } from './count.job';
import { ruleProblems, type SegmentProblem } from './segment-outcome';
import { Segments, wholeList } from './segments';

const peopleAtOnce = 100_000;
const longestReason = 500;
const tooLate = 'It was not done within a day and was given up; calculate again';

/** Whose recipients to count: those of a saved segment, or of rules as JSON. */
export type Counted = { segmentId: string } | { rules: string };

/** Counts the recipients of rules per medium, range after range; a worker that dies is followed by another one. */
@Injectable()
export class CountRecipients {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly tasks: Tasks,
    private readonly segments: Segments,
    private readonly counts: RecipientCountRepository,
    private readonly people: SegmentPeopleRepository,
    private readonly log: Log,
  ) {}

  /** Starts a count as a task. */
  start(
    actor: Actor,
    counted: Counted,
    devices: DeviceFilter,
  ): Promise<{ count: RecipientCount | null; problems: SegmentProblem[] }> {
    const { projectId } = actor;
    return this.transactions.run(async (tx) => {
      const resolved = await this.resolve(tx, projectId, counted);
      const problems = [...resolved.problems, ...(await unknownApps(tx, projectId, devices))];
      if (!resolved.rules || problems.length > 0) return { count: null, problems };
      const total = await this.people.total(tx, projectId);
      const task = {
        kind: 'profiles.count-recipients',
        title: 'Calculation of recipients',
        total,
        waits: true,
      } as const;
      const taskId = await this.tasks.start(tx, { projectId, triggeredBy: actor.label, ...task });
      const id = newId();
      const segmentId = 'segmentId' in counted ? counted.segmentId : null;
      await this.counts.add(tx, { id, projectId, taskId, segmentId, rules: resolved.rules, devices });
      await this.outbox.enqueue(tx, countRecipientsJob, { countId: id, at: 'start' });
      return { count: await this.counts.find(tx, projectId, id), problems: [] };
    });
  }

  /** Asks again for counts that nobody works: their job was lost, or its worker died. Gives up those of yesterday. */
  async takeUp(): Promise<void> {
    await this.transactions.run(async (tx) => {
      const at = new Date().toISOString();
      for (const countId of await this.counts.overdue(tx)) await this.giveUp(tx, countId, tooLate);
      for (const countId of await this.counts.waiting(tx))
        await this.outbox.enqueue(tx, countRecipientsJob, { countId, at });
    });
  }

  /**
   * Counts what is left. Each range is committed with its sums, so that none is counted twice. What will not be better
   * when it is tried again ends the count and its task with the reason.
   */
  async run(countId: string): Promise<void> {
    try {
      while (await this.transactions.run((tx) => this.countRange(tx, countId)));
    } catch (error) {
      if (isRetryable(error)) throw error;
      this.log.failure('count.failed', error, { countId });
      await this.transactions.run((tx) => this.giveUp(tx, countId, toError(error).message.slice(0, longestReason)));
    }
  }

  private async countRange(tx: Tx, countId: string): Promise<boolean> {
    const count = await this.counts.take(tx, countId);
    if (!count) return false;
    const { projectId, taskId, rules, devices, asOf: now, afterId: after } = count;
    const upTo = await this.people.lastOfNext(tx, projectId, { after, count: peopleAtOnce });
    const scope: Scope = { of: 'range', after, upTo };
    const compiled = await this.segments.compile(tx, projectId, { rules, scope, now });
    await wholeList(tx);
    const sums = await this.people.sums(tx, compiled, { scope, devices });
    await this.counts.advance(tx, countId, { sums, next: upTo });
    const processed = upTo ? peopleAtOnce : await this.people.total(tx, projectId, after);
    await this.tasks.progress(tx, taskId, { processed, succeeded: sums.people, failed: 0 });
    if (upTo === null) await this.tasks.finish(tx, taskId, 'SUCCEEDED');
    return upTo !== null;
  }

  private async giveUp(tx: Tx, countId: string, reason: string): Promise<void> {
    const count = await this.counts.take(tx, countId);
    if (!count) return;
    await this.counts.abandon(tx, countId, reason);
    await this.tasks.finish(tx, count.taskId, 'FAILED', reason);
  }

  private async resolve(
    tx: Tx,
    projectId: string,
    counted: Counted,
  ): Promise<{ rules: SegmentRules; problems: [] } | { rules: null; problems: SegmentProblem[] }> {
    let source: { segmentId: string } | { rules: SegmentRules };
    if ('rules' in counted) {
      const read = await this.segments.read(tx, projectId, { text: counted.rules });
      if (!read.rules) return { rules: null, problems: ruleProblems(read.faults) };
      source = { rules: read.rules };
    } else source = counted;
    const resolved = await this.segments.resolve(tx, projectId, source);
    if (resolved.rules) return { rules: resolved.rules, problems: [] };
    return { rules: null, problems: ruleProblems(resolved.faults) };
  }
}

async function unknownApps(tx: Tx, projectId: string, { appIds = [] }: DeviceFilter): Promise<SegmentProblem[]> {
  const known = await tx.find(AppEntity, { select: { id: true }, where: { projectId, id: In(appIds) } });
  const message = 'This project has no such app; list apps to see their ids';
  return appIds.flatMap((appId, index): SegmentProblem[] =>
    known.some(({ id }) => id === appId) ? [] : [{ code: 'NOT_FOUND', path: ['appIds', String(index)], message }],
  );
}
